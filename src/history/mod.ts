/** The history: decisions, messages and attempts, searchable and bounded in days and octets. */
export type * from './reader.ts';
export type * from './types.ts';
