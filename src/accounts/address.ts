/** The one spelling of an address under which an account keeps it. */
import { foldAscii } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';

/** RFC 5321 4.1.2 Dot-string: needs no quotes. */
const DOT_STRING =
  /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u;

/** Lower case (ASCII), what is not ASCII in NFC, quoted only where it must be: `alice@contoso.example`. */
export function addressText(mailbox: Mailbox): string {
  if (DOT_STRING.test(mailbox.localKey)) return `${mailbox.localKey}@${mailbox.domain}`;
  return foldAscii(mailbox.address).normalize('NFC');
}
