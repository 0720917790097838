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
    meaning: 'A connection was turned away with 421: too many were open.',
    fields: ['listener', 'client', 'open'],
  },
} satisfies Catalogue<ListenerEvents>;
