/** What is hidden in a message, or glued to a command. */
import type { CommandProbe, HeaderProbe, InjectionProbe, SmugglingProbe } from '../types.ts';

const ENDS: readonly (readonly [id: string, title: string, octets: string])[] = [
  ['lf-lf', 'LF.LF', '\n.\n'],
  ['lf-crlf', 'LF.CRLF', '\n.\r\n'],
  ['crlf-lf', 'CRLF.LF', '\r\n.\n'],
  ['cr-cr', 'CR.CR', '\r.\r'],
  ['cr-lf', 'CR.LF', '\r.\n'],
  ['lf-cr', 'LF.CR', '\n.\r'],
  ['cr-crlf', 'CR.CRLF', '\r.\r\n'],
  ['crlf-cr', 'CRLF.CR', '\r\n.\r'],
  ['crlf-nul-crlf', 'CRLF NUL.CRLF', '\r\n\0.\r\n'],
  ['crlf-crnul', 'CRLF.NUL CRLF', '\r\n.\0\r\n'],
  ['crlf-crcrlf', 'CRLF.CR CRLF', '\r\n.\r\r\n'],
  ['lf-crcrlf', 'LF.CR CRLF', '\n.\r\r\n'],
  ['crcrlf-cr', 'CR CRLF CR.CRLF', '\r\r\n\r.\r\n'],
  ['crlf-space', 'CRLF. CRLF with a space', '\r\n. \r\n'],
  ['stuffed', 'a stuffed dot', '\r\n..\r\n'],
  ['next-line', 'U+0085 . U+0085', '\u0085.\u0085'],
  ['line-separator', 'U+2028 . U+2028', '\u2028.\u2028'],
  ['low-octets', 'U+010D U+010A . U+010D U+010A, whose low octets are CR LF', '\u010D\u010A.\u010D\u010A'],
];

export const SMUGGLING: readonly SmugglingProbe[] = ENDS.map(([id, title, octets]) => ({
  kind: 'smuggling',
  id: `smuggle-${id}`,
  family: 'content',
  title: `End of data as ${title}`,
  shows:
    'ends a message where no other server does, so that a second one can be hidden in it, from any sender',
  source: 'SMTP smuggling, CVE-2023-51764 to -51766; RFC 5321 4.1.1.4',
  octets,
}));

export const HEADERS: readonly HeaderProbe[] = [
  {
    kind: 'header',
    id: 'header-recipients',
    family: 'content',
    title: 'Recipients in the header',
    shows: 'sends a message to whom its header names, and not only to the envelope',
    source: 'RFC 5321 2.3.1',
    fields: [
      'To: <{outside}>',
      'Cc: <{outside}>',
      'Bcc: <{outside}>',
      'Resent-To: <{outside}>',
      'Apparently-To: <{outside}>',
      'Envelope-To: <{outside}>',
    ],
  },
  {
    kind: 'header',
    id: 'header-receipts',
    family: 'content',
    title: 'Requests for a receipt in the header',
    shows: 'sends receipts to whom a stranger names',
    source: 'RFC 8098 2.1',
    fields: [
      'To: <{inbound}>',
      'Return-Receipt-To: <{outside}>',
      'Disposition-Notification-To: <{outside}>',
      'Errors-To: <{outside}>',
    ],
  },
];

export const COMMANDS: readonly CommandProbe[] = [
  {
    kind: 'command',
    id: 'turn',
    family: 'pretence',
    title: 'TURN',
    shows: 'hands its outgoing mail to whoever asks for it',
    source: 'RFC 821 3.8; RFC 5321 appendix F.1',
    line: 'TURN',
  },
  {
    kind: 'command',
    id: 'atrn',
    family: 'pretence',
    title: 'ATRN for the domain of the server',
    shows: 'hands the mail of the domain to whoever asks for it',
    source: 'RFC 2645 5.2.1',
    line: 'ATRN {domain}',
  },
];

export const INJECTION: readonly InjectionProbe[] = [
  {
    kind: 'injection',
    id: 'starttls-injection',
    family: 'tls',
    title: 'A command in clear text behind STARTTLS',
    shows: 'obeys within TLS what somebody between put in before it',
    source: 'CVE-2011-0411; RFC 3207 6',
  },
];
