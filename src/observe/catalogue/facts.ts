import type { FactsEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const FACTS_CATALOGUE = {
  'facts.listFailed': {
    level: 'warn',
    meaning:
      'A DNS list gives no verdict: it answers with an error code, or as no list does, or again and again not at all. It refuses nobody meanwhile. Told at most once an hour for each list.',
    fields: ['list', 'error', 'times'],
  },
  'facts.listUnfit': {
    level: 'error',
    meaning:
      'A DNS list fails its test: it lists 127.0.0.1, does not list 127.0.0.2, or answers as no list does, as a domain that lapsed or was sold would. Whatever it says counts for nothing until `facts.listFit`. Each worker tests for itself.',
    fields: ['list', 'error'],
  },
  'facts.listFit': {
    level: 'info',
    meaning: 'A DNS list passes its test again; what it says counts.',
    fields: ['list'],
  },
  'facts.skipped': {
    level: 'warn',
    meaning:
      'More clients came at once than DNS is asked about; of some nothing is known, which refuses nobody. Told at most once a minute.',
    fields: ['times'],
  },
} satisfies Catalogue<FactsEvents>;
