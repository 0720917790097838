/** Addresses as the fields of a delivery status type them: RFC 3464 2.3, and RFC 6533 3 beyond ASCII. Pure. */
import { hasNonAscii } from '../mail/mod.ts';
import { decodeXtext, encodeUnitext, escapeBeyondAscii } from '../smtp/mod.ts';
import { addressLine, asciiLine, oneLine } from './text.ts';

/** An address of an envelope. With `utf8`, the part may hold UTF-8 (message/global-delivery-status). */
export function typedAddress(address: string, utf8: boolean): string {
  const line = oneLine(address);
  if (!hasNonAscii(line)) return `rfc822; ${line}`;
  return `utf-8; ${utf8 ? addressLine(line) : escapeBeyondAscii(encodeUnitext(line))}`;
}

/** An original recipient as it was given with ORCPT: its type, a semicolon, and the address as xtext (RFC 3461 4.2). */
export function typedOriginal(given: string, utf8: boolean): string {
  const at = given.indexOf(';');
  const type = asciiLine(given.slice(0, Math.max(at, 0))).toLowerCase() || 'rfc822';
  const address = oneLine(given.slice(at + 1));
  // RFC 6533 3: this type has forms of its own, which are kept.
  if (type === 'utf-8') return `utf-8; ${utf8 ? addressLine(address) : escapeBeyondAscii(address)}`;
  // What is no xtext is not taken now; an old spool may hold some, and then it is shown as it was given.
  return `${type}; ${asciiLine(decodeXtext(address) ?? address)}`;
}
