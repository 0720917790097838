/** The history: decisions, messages and attempts, searchable and bounded in days and octets. */
export { packRecords, type HistoryBatch } from './batch.ts';
export type { HistoryEvents } from './events.ts';
export { openHistory } from './read/history.ts';
export type * from './reader.ts';
export { isAccepted, type Effect } from './replay/effect.ts';
export { createJudge, type Judge, type Judgement, type Lookup } from './replay/judge.ts';
export {
  createReplay,
  type Replay,
  type Replayed,
  type ReplayOptions,
  type Untold,
} from './replay/replay.ts';
export type { Statement } from './replay/statement.ts';
export { HistorySink, type SinkOptions } from './sink.ts';
export type { Retention } from './store/folder.ts';
export { HistoryStore, type StoreOptions } from './store/store.ts';
export type * from './types.ts';
export { startWriter, type HistoryWriter, type WriterOptions } from './writer.ts';
