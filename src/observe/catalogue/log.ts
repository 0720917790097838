import type { LogEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const LOG_CATALOGUE = {
  'log.opened': {
    level: 'info',
    meaning: 'The log begins. Events below the threshold are not written.',
    fields: ['destination', 'threshold'],
  },
  'log.reopened': {
    level: 'info',
    meaning: 'The log file was opened again, as rotation asks for; the lines before went to the old file.',
    fields: ['destination'],
  },
  'log.reopenFailed': {
    level: 'error',
    meaning: 'The log file could not be opened again; lines still go to the old file.',
    fields: ['destination', 'error'],
  },
  'log.dropped': {
    level: 'error',
    meaning: 'The destination of the log was too slow or refused writes, so lines are missing here.',
    fields: ['lines'],
  },
} satisfies Catalogue<LogEvents>;
