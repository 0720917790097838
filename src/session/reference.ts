/** `docs/replies.md`, made from the catalogue. */
import { formatReply } from '../smtp/mod.ts';
import { REPLIES, type ReplyName } from './replies.ts';

/** When a client gets a reply. Total: a reply without its sentence does not compile. */
const WHEN: { readonly [N in ReplyName]: string } = {
  bye: 'QUIT',
  ok: 'NOOP, RSET',
  senderOk: 'MAIL, accepted',
  cannotVerify: 'VRFY, always: it tells nothing',
  help: 'HELP',
  startTls: 'STARTTLS; the handshake follows',
  startContent: 'DATA, with at least one accepted recipient',
  authenticated: 'AUTH, right',
  askPlain: 'AUTH PLAIN without initial response',
  askUser: 'AUTH LOGIN asks for the name',
  askPassword: 'AUTH LOGIN asks for the password',
  shuttingDown: 'the server drains; try again later',
  timeout: 'nothing was sent for too long, or the connection is too old (`timeouts`)',
  tooManyErrors: '`limits.errors` is reached',
  tooManyMessages: '`limits.messagesPerConnection` is reached; open a new connection',
  tooManyConnections: '`limits.connections` or `limits.connectionsPerAddress` is reached',
  accountRevoked: 'the account was disabled or removed after it signed in',
  spoolFailed: 'the message could not be stored; the log has the cause',
  limitsUnavailable: 'RCPT under a grant with a `limit`, when the process that counts does not answer',
  tooManyRecipients: '`limits.recipients` is reached; send the rest in another transaction',
  diskFull: 'too little free disk; Postern takes mail again by itself',
  tlsUnavailable: 'STARTTLS where it is not offered',
  authUnavailable: 'the accounts cannot be read, or too many logins wait',
  unknownCommand: 'a verb that is not ours',
  lineTooLong: 'over 2,048 octets, for AUTH over 12,288',
  bareLineFeed: 'a line that ends in LF alone; `compat: [bareLf]` permits it',
  badOctets: 'control or 8-bit octets in a command',
  badSyntax: 'arguments that are not the verb’s syntax',
  badParameter: 'a known parameter with a bad value',
  badSender: 'the address after MAIL FROM',
  badRecipient: 'the address after RCPT TO',
  badBase64: 'AUTH, not decodable',
  authCancelled: 'AUTH, cancelled with `*`',
  notImplemented: 'EXPN',
  helloFirst: 'a command before EHLO or HELO',
  mailFirst: 'RCPT or DATA before MAIL',
  noRecipients: 'DATA when every recipient was refused',
  nestedMail: 'MAIL inside a transaction',
  alreadyTls: 'STARTTLS inside TLS',
  alreadyAuthenticated: 'AUTH a second time',
  authNotOffered: 'AUTH where it is off, or after HELO',
  notInTransaction: 'AUTH inside a transaction',
  unknownMechanism: 'AUTH with another mechanism than PLAIN or LOGIN',
  authRequired: 'MAIL on a submission listener before AUTH',
  tlsRequired: 'MAIL on a submission listener before STARTTLS',
  authRefused: 'AUTH, wrong: unknown account, wrong password and disabled account are not told apart',
  authNeedsTls: 'AUTH in clear text',
  bareLineEnd: 'a lone CR or LF in the content; `compat: [bareLf]` repairs it',
  tooBig: 'over `limits.messageSize`, at MAIL or after the content',
  loop: 'more Received lines than `limits.hops`',
  unknownParameter: 'MAIL or RCPT with a parameter that is not offered',
};

export function repliesReference(): string {
  const names = Object.keys(WHEN).filter((name): name is ReplyName => name in REPLIES);
  const rows = names
    .map((name) => ({ wire: formatReply(REPLIES[name]).trimEnd(), when: WHEN[name] }))
    .sort((a, b) => (a.wire < b.wire ? -1 : 1));
  return `# Replies

What Postern says to a client, and when. Made from the code. Replies to RCPT come from the policy: \`250 2.1.5\` accepted,
\`550 5.7.1\` relaying is prohibited, with the reason, \`550 5.1.1\` no such mailbox, \`451 4.3.0\` mailboxes cannot be looked up now, \`450 4.7.1\` the limit of the grant is
reached, with the time to come back. A refusal ends in the session's name in brackets, by which the log is searched.

| reply | when |
|---|---|
${rows.map(({ wire, when }) => `| \`${wire}\` | ${when} |`).join('\n')}
`;
}
