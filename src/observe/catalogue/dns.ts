import type { DnsEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const DNS_CATALOGUE = {
  'dns.unreachable': {
    level: 'error',
    meaning:
      'No name server answers: several questions in a row ended in silence. Mail waits in the queue, and nothing is known of clients. Told every five minutes while it lasts.',
    fields: ['servers', 'questions', 'error'],
  },
  'dns.reachable': {
    level: 'info',
    meaning: 'A name server answers again.',
    fields: ['servers', 'questions'],
  },
} satisfies Catalogue<DnsEvents>;
