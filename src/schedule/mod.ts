/** What to try next and when: retry times, limits per destination, holds, and whom to tell. */
export type { NoticeKind, RecipientTried, ScheduleEvents } from './events.ts';
export { DEFAULT_RETRY, type RetryPolicy } from './retry.ts';
export { createScheduler } from './scheduler.ts';
export type { TargetOf } from './target.ts';
export type { Timer } from './timer.ts';
export type {
  ActiveLimits,
  Concurrency,
  DestinationSnapshot,
  Notice,
  NoticeRecipient,
  Notifier,
  ScheduleSnapshot,
  Scheduler,
  SchedulerOptions,
  SchedulerState,
  Settings,
} from './types.ts';
