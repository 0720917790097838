import type { ListenerEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const LISTENER_CATALOGUE = {
  'listener.opened': {
    level: 'info',
    meaning: 'A listener is bound and accepts connections.',
    fields: ['listener', 'address'],
  },
  'connection.refused': {
    level: 'warn',
    meaning: 'A connection was turned away with 421: a limit on connections is reached.',
    fields: ['listener', 'client', 'reason', 'open'],
  },
  'listener.stress': {
    level: 'warn',
    meaning:
      'Most slots or most memory are in use, and time-outs are shorter in one or two steps; step 0: they are as configured again.',
    fields: ['step', 'open', 'memory'],
  },
  'proxy.refused': {
    level: 'warn',
    meaning:
      'A connection ended for its PROXY header: `absent`, `malformed`, `late` or `crowded` (too many wait for theirs) from a proxy, or one of a `stranger`, who is no proxy.',
    fields: ['listener', 'client', 'reason', 'error'],
  },
  'proxy.announced': {
    level: 'debug',
    meaning: 'A proxy said in a PROXY header for whom it speaks.',
    fields: ['listener', 'session', 'client', 'local', 'proxy'],
  },
  'tls.failed': {
    level: 'info',
    meaning: 'A TLS handshake failed, took too long or was left by the client; the connection ended.',
    fields: ['listener', 'session', 'client', 'error'],
  },
} satisfies Catalogue<ListenerEvents>;
