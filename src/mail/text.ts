/**
 * Which characters a text of mail may have. Beyond ASCII everything is permitted that shows itself as it is: not what a
 * terminal or a log would act on, not what is invisible, not what turns the direction of the text around it.
 */
import { isAscii, isUtf8 } from 'node:buffer';

/**
 * Controls, lone surrogates, noncharacters, line and paragraph separators, spaces that are not the space, and what is
 * ignored when shown: among those the bidirectional controls. Joiners and variation selectors belong to the spelling of
 * words and emoji, and stay.
 */
const UNFIT =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}[\p{Zs}--[ ]][\p{Default_Ignorable_Code_Point}--[\p{Join_Control}\p{Variation_Selector}]]]/v;
const NON_ASCII = /\P{ASCII}/u;

/** Where the first character is that no address may have, counted in UTF-16 units; -1 when there is none. */
export function firstUnfit(text: string): number {
  return text.search(UNFIT);
}

export function hasNonAscii(text: string): boolean {
  return NON_ASCII.test(text);
}

/**
 * Octets as text; undefined when they are not UTF-8 (RFC 3629: overlong forms, surrogates and what is over U+10FFFF are
 * not) or have a character that `firstUnfit()` finds.
 */
export function decodeUtf8(octets: Buffer): string | undefined {
  if (!isAscii(octets) && !isUtf8(octets)) return undefined;
  const text = octets.toString('utf8');
  return firstUnfit(text) === -1 ? text : undefined;
}
