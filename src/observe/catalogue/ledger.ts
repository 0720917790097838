import type { LedgerEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const LEDGER_CATALOGUE = {
  'limit.reached': {
    level: 'warn',
    meaning:
      'Recipients were refused for now, because a grant has reached its limit. Told once in the time of the limit, with how many.',
    fields: ['grant', 'per', 'whose', 'limit', 'burst', 'until', 'refused'],
  },
  'limit.tableFull': {
    level: 'error',
    meaning: 'Too many limits are in use at once; recipients that need another are put off.',
    fields: ['counters'],
  },
  'gateway.suspected': {
    level: 'warn',
    meaning:
      'A client that relays by its address alone looks like a gateway (NAT, proxy, container bridge), so that whoever is behind it can relay.',
    fields: ['client', 'grant', 'reason', 'names', 'examples'],
  },
  'ledger.failed': {
    level: 'error',
    meaning:
      'What is counted against limits cannot be read or written; counting goes on, but a restart would begin anew.',
    fields: ['path', 'error'],
  },
} satisfies Catalogue<LedgerEvents>;
