/** The spool: the durable store of accepted messages, and the only place that syncs. */
export { adoptSpools } from './adopt.ts';
export { SpoolError } from './error.ts';
export type { SpoolEvents } from './events.ts';
export { freshlySpooled, NOTHING_ASKED } from './fresh.ts';
export { parseSpoolId } from './id.ts';
export { INLINE_LIMIT_BYTES, openSpool, RESERVE_BYTES, type SpoolOptions } from './open.ts';
export * from './types.ts';
