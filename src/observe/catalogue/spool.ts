import type { SpoolEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const SPOOL_CATALOGUE = {
  'spool.opened': {
    level: 'info',
    meaning: 'The spool of a worker is open.',
    fields: ['name', 'messages', 'recipients', 'bytes', 'strayFiles'],
  },
  'spool.full': {
    level: 'error',
    meaning: 'The disk is full or nearly so: new mail is refused with 452 until there is room.',
    fields: ['name', 'available', 'cause'],
  },
  'spool.recovered': {
    level: 'info',
    meaning: 'There is room again, and mail is accepted.',
    fields: ['name', 'available'],
  },
  'spool.failed': {
    level: 'error',
    meaning: 'Nothing can be committed any more; the worker restarts on the spool.',
    fields: ['name', 'cause'],
  },
  'spool.adopted': {
    level: 'info',
    meaning: 'The messages of a worker that no longer exists were taken over.',
    fields: ['name', 'from', 'messages'],
  },
  'spool.adoptionFailed': {
    level: 'error',
    meaning:
      'The spool of a worker that no longer exists could not be emptied; what was not moved stays in it.',
    fields: ['name', 'from', 'messages', 'cause'],
  },
  'spool.bodyMissing': {
    level: 'error',
    meaning: 'A message names a body file that is not there: its content was lost outside of Postern.',
    fields: ['name', 'id'],
  },
  'spool.bodyLeft': {
    level: 'warn',
    meaning: 'The body file of a finished message could not be removed; the next start tries again.',
    fields: ['name', 'id', 'cause'],
  },
  'spool.closed': {
    level: 'info',
    meaning: 'The spool is closed, with everything on the disk.',
    fields: ['name'],
  },
} satisfies Catalogue<SpoolEvents>;
