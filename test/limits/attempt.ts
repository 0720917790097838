/** What all attempts have in common. */
import type { TestContext } from 'node:test';

/** It was let do what it asked for. */
export const DONE = 'done';

/** A client that uses up so much. @returns `DONE`, or what it is told or what becomes of it instead. */
export type Attempt = (amount: number, context: TestContext) => Promise<string>;

/** Addresses of one /64 (RFC 4291 2.5.4), from both of its halves. */
export function sameNetwork(index: number): string {
  return `2001:db8::${((index % 2) * 0x8000 + index).toString(16)}:0:0:1`;
}
