/**
 * Text in ESMTP parameters. Xtext (RFC 3461 4): any octet in printable ASCII without spaces, as `+` and two capital hexadecimal
 * digits. Unitext (RFC 6533 3): an address beyond ASCII, in which characters are written `\x{…}` where they must.
 */

const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;
const HEX = /\+([0-9A-F]{2})/g;
const PRINTABLE = /^[ -~]*$/;

/** Whether `text` is xtext, whatever it says. */
export function isXtext(text: string): boolean {
  return XTEXT.test(text);
}

/** The text that is written as `text`; undefined when it is no xtext, or says anything but printable ASCII. */
export function decodeXtext(text: string): string | undefined {
  if (!XTEXT.test(text)) return undefined;
  const decoded = text.replace(HEX, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return PRINTABLE.test(decoded) ? decoded : undefined;
}

/** ASCII as xtext. */
export function encodeXtext(text: string): string {
  return text.replaceAll(/[^!-*,-<>-~]/g, (character) => `+${hex(character).padStart(2, '0')}`);
}

/** utf-8-addr-unitext of RFC 6533 3. */
export function encodeUnitext(text: string): string {
  return text.replaceAll(/[\0-\x20+=\\\x7f]/g, escape);
}

/** utf-8-addr-xtext of a utf-8-addr-unitext: for who takes ASCII only. */
export function escapeBeyondAscii(text: string): string {
  return text.replaceAll(/[^\0-\x7f]/gu, escape);
}

function escape(character: string): string {
  return `\\x{${hex(character).padStart(2, '0')}}`;
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
}
