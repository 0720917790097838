/** The control API: HTTP and JSON on a UNIX socket in the data folder. */
export { controlClient } from './client.ts';
export type { ControlAnswer, ControlClient, JsonAnswer, ListOptions } from './client.ts';
export type { ControlEvents } from './events.ts';
export type {
  CertificateStatus,
  DeleteRequest,
  HoldRequest,
  LastReload,
  GuardedStatus,
  LimitStatus,
  ListenerStatus,
  Problem,
  QueueChange,
  QueueList,
  QueueShow,
  QueueStats,
  QueueTotals,
  QueuedMessage,
  QueuedRecipient,
  Reload,
  ReloadChange,
  RetryRequest,
  Status,
  SuspectStatus,
  WorkerStatus,
} from './schema.ts';
export { serveControl } from './server.ts';
export type { ControlOptions, ControlServer } from './server.ts';
export { ControlError, requireFree } from './socket.ts';
export type { ControlErrorCode } from './socket.ts';
export type { ControlBackend, FromWorkers, QueueEntry, ReloadOutcome, WorkerQueue } from './types.ts';
export { totalsOf } from './wire.ts';
