import type { HistoryEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const HISTORY_CATALOGUE = {
  'history.dropped': {
    level: 'warn',
    meaning:
      'Decisions, messages or attempts were not recorded, because they came faster than they could be written, or the disk refused them. No mail is concerned.',
    fields: ['records'],
  },
  'history.failed': {
    level: 'error',
    meaning: 'The history cannot be written; it is tried again every ten seconds. Mail goes on.',
    fields: ['error'],
  },
  'history.recovered': {
    level: 'info',
    meaning: 'The history is written again.',
    fields: ['records'],
  },
  'history.setAside': {
    level: 'error',
    meaning: 'A file of the history is damaged; it was renamed, and a new one is begun.',
    fields: ['path', 'error'],
  },
  'history.segmentRemoved': {
    level: 'debug',
    meaning: 'A file of the history has reached its age, or had to make room.',
    fields: ['path', 'octets'],
  },
} satisfies Catalogue<HistoryEvents>;
