import type { ControlEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const CONTROL_CATALOGUE = {
  'control.listening': {
    level: 'info',
    meaning: 'The control socket is open; `postern status`, `reload` and `queue` work.',
    fields: ['path'],
  },
  'control.replacedStaleSocket': {
    level: 'info',
    meaning: 'A control socket that nobody listened to was removed: the last run did not end in order.',
    fields: ['path'],
  },
  'control.changed': {
    level: 'info',
    meaning: 'An administrator changed something through the control socket.',
    fields: ['action', 'answer'],
  },
  'control.failed': {
    level: 'error',
    meaning: 'A request on the control socket could not be answered.',
    fields: ['action', 'error'],
  },
} satisfies Catalogue<ControlEvents>;
