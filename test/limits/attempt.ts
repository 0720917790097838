/** What all attempts have in common. */
import type { TestContext } from 'node:test';

/** It was let do what it asked for. */
export const DONE = 'done';

/** A client that uses up so much. @returns `DONE`, or what it is told or what becomes of it instead. */
export type Attempt = (amount: number, context: TestContext) => Promise<string>;
