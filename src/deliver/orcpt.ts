/** Original recipients as the value of ORCPT (RFC 3461 4.2, RFC 6533 3). Pure. */
import { hasNonAscii } from '../mail/mod.ts';
import { encodeUnitext, encodeXtext, escapeBeyondAscii } from '../smtp/mod.ts';

/** An original-recipient-address as the value of ORCPT, for a server that takes UTF-8 or one that does not. */
export function orcptOf(address: string, utf8: boolean): string {
  if (!hasNonAscii(address)) return `rfc822;${encodeXtext(address)}`;
  return `utf-8;${orcptFor(encodeUnitext(address), utf8)}`;
}

/** An ORCPT that was given, in a form that the server takes: what is beyond ASCII becomes utf-8-addr-xtext where it must. */
export function orcptFor(given: string, utf8: boolean): string {
  return utf8 ? given : escapeBeyondAscii(given);
}
