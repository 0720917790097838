import type { SessionEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const SESSION_CATALOGUE = {
  'session.opened': {
    level: 'debug',
    meaning: 'A client connected and was greeted.',
    fields: ['session', 'client', 'listener', 'local'],
  },
  'session.closed': {
    level: 'debug',
    meaning: 'The connection ended.',
    fields: ['session', 'client', 'listener', 'reason', 'messages', 'errors', 'seconds'],
  },
  'session.secured': {
    level: 'debug',
    meaning: 'TLS was agreed with the client.',
    fields: ['session', 'client', 'listener', 'protocol', 'cipher'],
  },
  'session.injection': {
    level: 'warn',
    meaning:
      'Octets came in clear text behind STARTTLS and were thrown away: somebody tried to inject commands.',
    fields: ['session', 'client', 'listener', 'octets'],
  },
  'session.earlyTalker': {
    level: 'info',
    meaning: 'A client spoke before it was greeted, as mail servers never do, and was turned away.',
    fields: ['session', 'client', 'listener', 'octets'],
  },
  'session.xclient': {
    level: 'info',
    meaning:
      'A proxy said with XCLIENT for whom it speaks: that is the client from here on, and the session begins anew.',
    fields: ['session', 'client', 'listener', 'proxy', 'local'],
  },
  'session.xforward': {
    level: 'info',
    meaning:
      'A message begins of which a filter said with XFORWARD where it first came from. Postern only writes it down; what the filter does not know is missing.',
    fields: [
      'session',
      'client',
      'listener',
      'originName',
      'originAddress',
      'originPort',
      'originHelo',
      'originProtocol',
      'originIdent',
      'originSource',
    ],
  },
  'client.refused': {
    level: 'info',
    meaning: 'A client connected that `clients.refuse` lists; it was greeted with 554.',
    fields: ['session', 'client', 'listener', 'rule'],
  },
  'client.looked': {
    level: 'info',
    meaning: 'What DNS says of a client that is not known, as far as `clients` asks for it; once a message.',
    fields: ['session', 'client', 'listener', 'helo', 'reverse', 'heloName', 'listedIn'],
  },
  'client.probing': {
    level: 'warn',
    meaning: 'A client asked for too many mailboxes that do not exist, and was turned away.',
    fields: ['session', 'client', 'listener', 'recipient'],
  },
  'session.error': {
    level: 'debug',
    meaning: 'A command was refused: its syntax, its order or a limit.',
    fields: ['session', 'client', 'listener', 'verb', 'reply'],
  },
  'session.failed': {
    level: 'error',
    meaning: 'A bug: the connection was closed, and nothing else happened. Please report it.',
    fields: ['session', 'client', 'listener', 'error'],
  },
  'auth.accepted': {
    level: 'info',
    meaning: 'A client signed in.',
    fields: ['session', 'client', 'listener', 'account', 'mechanism'],
  },
  'auth.refused': {
    level: 'info',
    meaning: 'A client could not sign in. The login is what it claimed.',
    fields: ['session', 'client', 'listener', 'login', 'mechanism', 'cause'],
  },
  'sender.refused': {
    level: 'info',
    meaning: 'MAIL was refused by a filter, or since the account may not send so.',
    fields: ['session', 'client', 'listener', 'account', 'sender', 'rule', 'reply'],
  },
  'recipient.refused': {
    level: 'info',
    meaning: 'A recipient was refused, with all that decided it. The sender is what the client claimed.',
    fields: [
      'session',
      'client',
      'listener',
      'local',
      'helo',
      'account',
      'sender',
      'recipient',
      'rule',
      'reason',
      'reply',
    ],
  },
  'message.accepted': {
    level: 'info',
    meaning:
      'A message is on the disk and was answered with 250. Recipient and rule are those of the first recipient.',
    fields: [
      'session',
      'client',
      'listener',
      'id',
      'account',
      'sender',
      'recipients',
      'recipient',
      'rule',
      'size',
      'tls',
      'originAddress',
      'originIdent',
    ],
  },
  'message.quarantined': {
    level: 'warn',
    meaning:
      'A message was accepted and is kept held: `postern queue show` has it, `release` or `delete` ends it.',
    fields: ['session', 'client', 'listener', 'id', 'sender', 'rule'],
  },
  'message.refused': {
    level: 'info',
    meaning: 'A message was refused after DATA.',
    fields: ['session', 'client', 'listener', 'sender', 'rule', 'reply', 'size'],
  },
} satisfies Catalogue<SessionEvents>;
