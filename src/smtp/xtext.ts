/** Xtext (RFC 3461 4): any octet in printable ASCII without spaces, as `+` and two capital hexadecimal digits. */

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
