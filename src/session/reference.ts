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
  helpLmtp: 'HELP on an LMTP listener',
  startTls: 'STARTTLS; the handshake follows',
  startContent: 'DATA, with at least one accepted recipient',
  authenticated: 'AUTH, right',
  askPlain: 'AUTH PLAIN without initial response',
  askUser: 'AUTH LOGIN asks for the name',
  askPassword: 'AUTH LOGIN asks for the password',
  turnStarted: 'ETRN, permitted',
  turnNothing: 'ETRN, permitted, and nothing waits',
  shuttingDown: 'the server drains; try again later',
  timeout: 'nothing was sent for too long, or the connection is too old (`timeouts`)',
  tooManyErrors: '`limits.errors` is reached',
  tooManyFailures:
    'AUTH after too many failures, of this client or for this account (`guard`); the password is not looked at',
  tooManyUnknown: 'RCPT after too many mailboxes that do not exist (`guard.unknownRecipients`)',
  tooManyMessages: '`limits.messagesPerConnection` is reached; open a new connection',
  tooManyCommands:
    '`limits.junkCommands` is reached: NOOP, RSET, VRFY, HELP, EHLO and the like without a message between them',
  tooSlow: 'content came slower than `limits.minimumRate`',
  tooManyConnections: '`limits.connections` or `limits.connectionsPerAddress` is reached',
  accountRevoked: 'the account was disabled or removed after it signed in',
  spoolFailed: 'the message could not be stored; the log has the cause',
  limitsUnavailable: 'RCPT under a grant with a `limit`, when the process that counts does not answer',
  tooManyRecipients:
    '`limits.recipients` is reached, or the addresses and ORCPT have more than 320 octets for each of them; send the rest in another transaction',
  diskFull: 'too little free disk; Postern takes mail again by itself',
  tlsUnavailable: 'STARTTLS where it is not offered',
  authUnavailable: 'the accounts cannot be read, or too many logins wait',
  turnUnavailable: 'ETRN, when the queue cannot be asked',
  turnForbidden: 'ETRN for a domain that `etrn` does not give to this client',
  unknownCommand: 'a verb that is not ours',
  lhloOnly: 'EHLO or HELO on an LMTP listener',
  lineTooLong:
    'over 2,048 octets, for AUTH over 12,288; a BDAT ends the session, as nobody knows how many octets follow',
  bareLineFeed: 'a line that ends in LF alone; `compat: [bareLf]` permits it',
  badOctets: 'control or 8-bit octets in a command',
  badSyntax: 'arguments that are not the verb’s syntax',
  badParameter: 'a known parameter with a bad value',
  badSender: 'the address after MAIL FROM',
  badRecipient: 'the address after RCPT TO',
  badBase64: 'AUTH, not decodable',
  badXclient: 'XCLIENT without ADDR, or with an address or a port that is none',
  releaseTooLate: 'MAIL with HOLDFOR or HOLDUNTIL beyond what EHLO says',
  releaseAfterDeadline: 'MAIL with a BY that is over before HOLDFOR or HOLDUNTIL lets the message go',
  authCancelled: 'AUTH, cancelled with `*`',
  notImplemented: 'EXPN; BDAT and ETRN where they are not offered',
  helloFirst: 'a command before EHLO or HELO',
  mailFirst: 'RCPT, DATA or BDAT before MAIL',
  onlyQuit: 'any command but QUIT after `554 5.7.1` for a greeting',
  noRecipients: 'DATA or BDAT when every recipient was refused',
  notAfterBdat: 'DATA or RCPT when a part of the message has come with BDAT',
  binaryNeedsBdat: 'DATA after MAIL with BODY=BINARYMIME',
  nestedMail: 'MAIL inside a transaction',
  alreadyTls: 'STARTTLS inside TLS',
  alreadyAuthenticated: 'AUTH a second time',
  authNotOffered: 'AUTH where it is off, or after HELO',
  notInTransaction: 'AUTH, ETRN, XCLIENT or XFORWARD inside a transaction',
  unknownMechanism: 'AUTH with another mechanism than PLAIN or LOGIN',
  authRequired: 'MAIL on a submission listener before AUTH',
  tlsRequired: 'MAIL before STARTTLS, on a submission listener or with REQUIRETLS',
  authRefused: 'AUTH, wrong: unknown account, wrong password and disabled account are not told apart',
  authNeedsTls: 'AUTH in clear text',
  bareLineEnd: 'a lone CR or LF in the content; `compat: [bareLf]` repairs it',
  nul: 'a NUL in the content',
  textLineTooLong: 'a line of the content over `limits.textLine`',
  badHeader: 'a line of the header that is no field: the next server might take the rest for the text',
  eightBitHeader:
    'a header with 8-bit octets in a transaction without SMTPUTF8; on a transfer listener taken as it is of who signed in, holds a grant or is listed in `clients.accept`',
  tooManyFields: 'more header fields than `limits.headerFields`',
  noFrom:
    'a message without From; on a transfer listener taken as it is of who signed in, holds a grant or is listed in `clients.accept`',
  badFrom: 'a From that is no list of addresses, on a submission listener',
  badSenderField: 'a Sender that is no address, on a submission listener',
  senderFiltered: 'MAIL, when one of the `filters` refuses it',
  xclientRefused: 'XCLIENT from a host that `xclient` does not list',
  xforwardRefused: 'XFORWARD from a host that `xforward` does not list',
  tooBig: 'over `limits.messageSize`, at MAIL or after the content',
  headerTooBig: 'a header over `limits.headerSize`',
  needsSmtpUtf8: 'RCPT with an internationalized address in a transaction without SMTPUTF8',
  loop: 'more Received lines than `limits.hops`',
  clientRefused: 'for a greeting, to hosts that `clients.refuse` lists',
  earlyTalker: 'the client did not wait for the greeting (`greetingDelay`)',
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
reached, with the time to come back. What the client may not send as, what is listed in DNS and what \`protectFrom\` protects is refused with
\`550 5.7.1\` and what it was; a field that stands twice with \`550 5.6.0\` and its name. A refusal ends in the session's name in brackets, by which the log is searched.

| reply | when |
|---|---|
${rows.map(({ wire, when }) => `| \`${wire}\` | ${when} |`).join('\n')}
`;
}
