/**
 * The catalogue: every reply a session can give, except those of the policy (`replyFor` in policy/). What the client
 * reads stands here; the cause we log stands in the events. The enhanced code's class is derived from the reply code.
 */
import type { EnhancedStatus, Reply } from '../smtp/mod.ts';

function reply(code: number, status: EnhancedStatus, text: string): Reply {
  return { code, status, lines: [text] };
}

/** Replies that say nothing of the client. */
export const REPLIES = {
  bye: reply(221, '0.0', 'Goodbye'),
  ok: reply(250, '0.0', 'OK'),
  senderOk: reply(250, '1.0', 'Sender OK'),
  cannotVerify: reply(252, '5.0', 'Cannot verify; send a message to find out'),
  help: reply(
    214,
    '0.0',
    'Commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP STARTTLS AUTH ETRN. RFC 5321.',
  ),
  helpLmtp: reply(
    214,
    '0.0',
    'Commands: LHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP STARTTLS. RFC 2033.',
  ),
  startTls: reply(220, '0.0', 'Ready to start TLS'),
  startContent: { code: 354, lines: ['Start mail input; end with <CRLF>.<CRLF>'] },
  authenticated: reply(235, '7.0', 'Authentication successful'),
  askPlain: { code: 334, lines: [''] },
  askUser: { code: 334, lines: ['VXNlcm5hbWU6'] },
  askPassword: { code: 334, lines: ['UGFzc3dvcmQ6'] },
  turnStarted: reply(250, '0.0', 'Delivery of what waits for that node has begun'),
  turnNothing: reply(251, '0.0', 'Nothing waits for that node'),

  shuttingDown: reply(421, '3.2', 'Service is shutting down, try again later'),
  timeout: reply(421, '4.2', 'Timeout, closing the connection'),
  tooManyErrors: reply(421, '7.0', 'Too many errors'),
  tooManyFailures: reply(421, '7.0', 'Too many failed logins, try again later'),
  tooManyUnknown: reply(421, '7.0', 'Too many unknown recipients, try again later'),
  tooManyMessages: reply(421, '7.0', 'Too many messages in one connection'),
  tooManyCommands: reply(421, '7.0', 'Too many commands without a message'),
  tooSlow: reply(421, '4.2', 'Too slow, closing the connection'),
  tooManyConnections: reply(421, '7.0', 'Too many connections'),
  accountRevoked: reply(421, '7.0', 'The account may no longer be used'),
  spoolFailed: reply(451, '3.0', 'Temporary failure, the message was not accepted'),
  limitsUnavailable: reply(451, '3.0', 'Recipients cannot be counted now, try again later'),
  tooManyRecipients: reply(452, '5.3', 'Too many recipients'),
  diskFull: reply(452, '3.1', 'Insufficient storage, try again later'),
  tlsUnavailable: reply(454, '7.0', 'TLS is not available'),
  authUnavailable: reply(454, '7.0', 'Temporary authentication failure'),
  turnUnavailable: reply(458, '3.0', 'Unable to begin delivery for that node'),
  turnForbidden: reply(459, '7.1', 'You may not ask for that node'),

  unknownCommand: reply(500, '5.1', 'Command not recognized'),
  lhloOnly: reply(500, '5.1', 'This is LMTP; send LHLO'),
  lineTooLong: reply(500, '5.2', 'Line too long'),
  bareLineFeed: reply(500, '5.2', 'Lines must end with CRLF'),
  badOctets: reply(501, '5.2', 'Only printable ASCII is allowed in commands'),
  badSyntax: reply(501, '5.4', 'Syntax error in arguments'),
  badParameter: reply(501, '5.4', 'Bad parameter value'),
  badSender: reply(501, '1.7', 'Bad sender address syntax'),
  badRecipient: reply(501, '1.3', 'Bad recipient address syntax'),
  badBase64: reply(501, '5.2', 'Cannot decode that; expected base64'),
  badXclient: reply(501, '5.4', 'XCLIENT needs ADDR, and ports up to 65535'),
  releaseTooLate: reply(501, '5.4', 'The release is too far in the future'),
  releaseAfterDeadline: reply(501, '5.4', 'The release is not before the time to deliver by'),
  authCancelled: reply(501, '5.2', 'Authentication cancelled'),
  notImplemented: reply(502, '5.1', 'Command not implemented'),
  helloFirst: reply(503, '5.1', 'Send EHLO first'),
  mailFirst: reply(503, '5.1', 'Send MAIL first'),
  onlyQuit: reply(503, '5.1', 'Your address is not accepted here; only QUIT is possible'),
  noRecipients: reply(503, '5.1', 'No valid recipients'),
  notAfterBdat: reply(503, '5.1', 'Not permitted after BDAT'),
  binaryNeedsBdat: reply(503, '5.1', 'A message with BODY=BINARYMIME must come with BDAT'),
  nestedMail: reply(503, '5.1', 'A transaction is already open'),
  alreadyTls: reply(503, '5.1', 'TLS is already active'),
  alreadyAuthenticated: reply(503, '5.1', 'Already authenticated'),
  authNotOffered: reply(503, '5.1', 'AUTH is not available here'),
  notInTransaction: reply(503, '5.1', 'Not permitted during a mail transaction'),
  unknownMechanism: reply(504, '5.4', 'Unrecognized authentication mechanism'),
  authRequired: reply(530, '7.0', 'Authentication required'),
  tlsRequired: reply(530, '7.0', 'Send STARTTLS first'),
  authRefused: reply(535, '7.8', 'Authentication credentials invalid'),
  authNeedsTls: reply(538, '7.11', 'Encryption is required for authentication; send STARTTLS first'),
  bareLineEnd: reply(550, '6.0', 'The message has bare CR or LF characters; lines must end with CRLF'),
  nul: reply(550, '6.0', 'The message has NUL characters'),
  textLineTooLong: reply(550, '6.0', 'The message has a line that is too long'),
  badHeader: reply(550, '6.0', 'The header of the message has a line that is no field'),
  eightBitHeader: reply(
    550,
    '6.0',
    'The header of the message has 8-bit characters, which need SMTPUTF8 and must be UTF-8',
  ),
  tooManyFields: reply(550, '6.0', 'The header of the message has too many fields'),
  noFrom: reply(550, '6.0', 'The message has no From field'),
  badFrom: reply(550, '6.0', 'The From field of the message cannot be read'),
  badSenderField: reply(550, '6.0', 'The Sender field of the message cannot be read'),
  senderFiltered: reply(550, '7.1', 'Mail from this sender is not accepted'),
  xclientRefused: reply(550, '7.1', 'XCLIENT is not permitted from here'),
  xforwardRefused: reply(550, '7.0', 'XFORWARD is not permitted from here'),
  tooBig: reply(552, '3.4', 'Message is larger than this server accepts'),
  headerTooBig: reply(552, '3.4', 'The header of the message is larger than this server accepts'),
  needsSmtpUtf8: reply(553, '6.7', 'An address with other than ASCII characters needs SMTPUTF8 at MAIL'),
  loop: reply(554, '4.6', 'Too many hops, this message is looping'),
  clientRefused: reply(554, '7.1', 'Connections from your address are not accepted'),
  earlyTalker: reply(554, '5.1', 'You spoke before the greeting'),
  unknownParameter: reply(555, '5.4', 'Parameter not recognized or not implemented'),
} as const satisfies Record<string, Reply>;

export type ReplyName = keyof typeof REPLIES;

/** The greeting, RFC 5321 4.3.1: it names this host. */
export function greeting({
  hostname,
  purpose,
}: {
  readonly hostname: string;
  readonly purpose: 'transfer' | 'submission' | 'lmtp';
}): Reply {
  return { code: 220, lines: [`${hostname} ${purpose === 'lmtp' ? 'LMTP' : 'ESMTP'} Postern`] };
}

/** The reply to HELO. */
export function heloReply(hostname: string): Reply {
  return { code: 250, lines: [hostname] };
}

/** The reply to EHLO: this host, then one extension a line (RFC 5321 4.1.1.1). */
export function ehloReply(hostname: string, extensions: readonly string[]): Reply {
  return { code: 250, lines: [hostname, ...extensions] };
}

/** The reply to a message that is on the disk; `id` finds it in the queue and the logs. */
export function queued(id: string): Reply {
  return { code: 250, status: '0.0', lines: [`Queued as ${id}`] };
}

/** The reply to a chunk that is not the last (RFC 3030 2). */
export function chunkReceived(octets: number): Reply {
  return { code: 250, status: '0.0', lines: [`${octets} octets received`] };
}

const MINUTE = 60_000;

/**
 * The reply to a recipient over the limit of the grant that let it in: when to come back, and nothing else of the configuration.
 * `until` and `now` are milliseconds since the epoch; the time said is the next whole minute, at which it is over for certain.
 */
export function limitReached(until: number, now: number): Reply {
  const at = Math.ceil(until / MINUTE) * MINUTE;
  const minutes = Math.max(1, Math.ceil((at - now) / MINUTE));
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const wait = minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return reply(450, '7.1', `Too many recipients for now, try again after ${when} (in ${wait})`);
}

/** The reply to a client that a grant names by its address, where others seem to hide behind that address. */
export function gatewayRefused(client: string): Reply {
  return reply(550, '7.1', `Relaying is prohibited from ${client} without signing in`);
}
