import type { ScheduleEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const SCHEDULE_CATALOGUE = {
  'recipient.delivered': {
    level: 'info',
    meaning: 'A recipient was delivered.',
    fields: [
      'id',
      'recipient',
      'sender',
      'target',
      'remote',
      'tls',
      'status',
      'reply',
      'attempts',
      'queuedMs',
    ],
  },
  'recipient.deferred': {
    level: 'info',
    meaning: 'An attempt did not succeed and is made again.',
    fields: [
      'id',
      'recipient',
      'sender',
      'target',
      'remote',
      'tls',
      'status',
      'reply',
      'attempts',
      'queuedMs',
      'nextAttempt',
    ],
  },
  'recipient.failed': {
    level: 'warn',
    meaning: 'A recipient was refused for good, or given up for its age.',
    fields: [
      'id',
      'recipient',
      'sender',
      'target',
      'remote',
      'tls',
      'status',
      'reply',
      'attempts',
      'queuedMs',
      'expired',
    ],
  },
  'bounce.queued': {
    level: 'info',
    meaning: 'A notification to the sender of a message is in the spool.',
    fields: ['id', 'notification', 'kind', 'recipient', 'recipients'],
  },
  'bounce.suppressed': {
    level: 'info',
    meaning: 'No notification, since the message has the null reverse-path.',
    fields: ['id', 'recipients'],
  },
  'bounce.unroutable': {
    level: 'warn',
    meaning: 'No notification, since nothing can be sent to the sender.',
    fields: ['id', 'recipient', 'reason'],
  },
  'destination.rests': {
    level: 'warn',
    meaning: 'A destination cannot be reached; its messages wait.',
    fields: ['target', 'until', 'failures', 'reply'],
  },
  'destination.recovered': {
    level: 'info',
    meaning: 'A destination that could not be reached answers again.',
    fields: ['target', 'failures'],
  },
  'schedule.stalled': {
    level: 'error',
    meaning:
      'Outcomes cannot be recorded because the disk is full; they are kept, and no attempt is started until they can.',
    fields: ['error'],
  },
  'schedule.resumed': {
    level: 'info',
    meaning: 'There is room again, and the outcomes that waited are recorded.',
    fields: ['outcomes'],
  },
  'schedule.failed': {
    level: 'error',
    meaning: 'The spool failed: no attempt is started any more, and the worker restarts.',
    fields: ['error'],
  },
  'schedule.bug': {
    level: 'error',
    meaning: 'A bug; the recipients are put off and nothing is lost. Please report it.',
    fields: ['id', 'target', 'error'],
  },
  'queue.rescheduled': {
    level: 'info',
    meaning: 'An administrator made messages due now.',
    fields: ['messages'],
  },
  'queue.turned': {
    level: 'info',
    meaning: 'The queue of a domain was started from outside (ETRN); so many recipients are due now.',
    fields: ['domain', 'recipients'],
  },
  'queue.held': {
    level: 'info',
    meaning: 'An administrator held a message.',
    fields: ['id'],
  },
  'queue.released': {
    level: 'info',
    meaning: 'An administrator released a message.',
    fields: ['id'],
  },
  'recipient.deleted': {
    level: 'debug',
    meaning: 'An administrator deleted the message before it was delivered to this recipient.',
    fields: ['id', 'recipient', 'sender'],
  },
  'queue.removed': {
    level: 'info',
    meaning: 'An administrator deleted a message.',
    fields: ['id'],
  },
} satisfies Catalogue<ScheduleEvents>;
