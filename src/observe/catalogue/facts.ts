import type { FactsEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const FACTS_CATALOGUE = {
  'facts.listFailed': {
    level: 'warn',
    meaning:
      'A DNS list gives no verdict: it answers with an error code, or as no list does, or again and again not at all. It refuses nobody meanwhile. Told at most once an hour for each list.',
    fields: ['list', 'error', 'times'],
  },
  'facts.skipped': {
    level: 'warn',
    meaning:
      'More clients came at once than DNS is asked about; of some nothing is known, which refuses nobody. Told at most once a minute.',
    fields: ['times'],
  },
} satisfies Catalogue<FactsEvents>;
