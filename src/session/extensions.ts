/** Which extensions work: on this listener, for a client that greeted as it did, with or without TLS. EHLO offers these, and MAIL, RCPT and BDAT take no other. */
import type { Hello, Standing } from './state.ts';
import type { ListenerSettings, Offers } from './types.ts';

const NONE: Offers = {
  smtpUtf8: false,
  chunking: false,
  dsn: false,
  requireTls: false,
  limits: false,
  etrn: false,
  deliverBy: false,
  futureRelease: undefined,
};

export function working(
  verb: Hello['verb'],
  { tls }: Pick<Standing, 'tls'>,
  { offers }: ListenerSettings,
): Offers {
  if (verb === 'HELO') return NONE; // RFC 5321 4.1.1.1
  return { ...offers, requireTls: offers.requireTls && tls !== undefined }; // RFC 8689 3: never in clear text
}
