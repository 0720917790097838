import type { DeliverEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const DELIVER_CATALOGUE = {
  'outbound.connected': {
    level: 'debug',
    meaning: 'A new connection to a peer is ready for messages.',
    fields: ['remote', 'tls', 'verified', 'ms'],
  },
  'outbound.unavailable': {
    level: 'info',
    meaning: 'A peer could not be reached or would not begin; its next address is tried where there is one.',
    fields: ['remote', 'status', 'reply'],
  },
  'outbound.tlsFailed': {
    level: 'warn',
    meaning: 'TLS was offered and could not be agreed; the same address is tried again in clear text.',
    fields: ['remote', 'error'],
  },
  'outbound.loginRefused': {
    level: 'error',
    meaning:
      'The smarthost does not take our login; for a minute it is not offered again unless the password file changes.',
    fields: ['remote', 'login', 'reply'],
  },
  'outbound.lost': {
    level: 'info',
    meaning: 'A connection ended in the middle of a message, or the peer did not keep to the protocol.',
    fields: ['remote', 'error'],
  },
  'outbound.passedOver': {
    level: 'warn',
    meaning: 'A mail host of a domain, or one of its addresses, was left out.',
    fields: ['domain', 'host', 'address', 'reason'],
  },
  'maildir.failed': {
    level: 'error',
    meaning: 'A message could not be written to a Maildir; it is tried again.',
    fields: ['path', 'error'],
  },
} satisfies Catalogue<DeliverEvents>;
