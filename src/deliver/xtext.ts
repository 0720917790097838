/** Text in ESMTP parameters: xtext of RFC 3461 4, and for addresses beyond ASCII the forms of RFC 6533 3. Pure. */

/** Printable ASCII as xtext. */
export function encodeXtext(text: string): string {
  return text.replaceAll(/[^!-*,-<>-~]/g, (character) => `+${hex(character.charCodeAt(0)).padStart(2, '0')}`);
}

/** An original-recipient-address as the value of ORCPT, for a server that takes UTF-8 or one that does not. */
export function orcptOf(address: string, utf8: boolean): string {
  return isAscii(address)
    ? `rfc822;${encodeXtext(address)}`
    : `utf-8;${utf8 ? encodeUnitext(address) : escapeBeyondAscii(encodeUnitext(address))}`;
}

/** An ORCPT that was given, in a form that the server takes: what is beyond ASCII becomes utf-8-addr-xtext where it must. */
export function orcptFor(given: string, utf8: boolean): string {
  return utf8 ? given : escapeBeyondAscii(given);
}

export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** utf-8-addr-unitext of RFC 6533 3. */
function encodeUnitext(text: string): string {
  return text.replaceAll(
    /[\0-\x20+=\\\x7f]/g,
    (character) => `\\x{${hex(character.charCodeAt(0)).padStart(2, '0')}}`,
  );
}

function escapeBeyondAscii(text: string): string {
  return text.replaceAll(/[^\0-\x7f]/gu, (character) => `\\x{${hex(character.codePointAt(0) ?? 0)}}`);
}

function hex(value: number): string {
  return value.toString(16).toUpperCase();
}
