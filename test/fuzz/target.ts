/** What can be fuzzed. */
import type { Buffer } from 'node:buffer';

export interface Target {
  readonly name: string;
  /** Octets of the longest input. */
  readonly limit: number;
  /** Inputs run between two looks at the coverage, each of which costs about two milliseconds. */
  readonly batch: number;
  /** What the mutators may put in; octets as Latin-1. */
  readonly words: readonly string[];
  /**
   * Throws when something does not hold that must hold for every input. What it returns says what happened, in a few words each: an
   * input after which something is said for the first time is kept, like one that reaches a new block.
   */
  readonly run: (input: Buffer) => readonly string[] | Promise<readonly string[]>;
}

/** An input's first line holds words that choose the circumstances; any other word there means nothing. The rest is what a peer sends. */
export function splitWords(input: Buffer): { readonly words: ReadonlySet<string>; readonly octets: Buffer } {
  const end = input.indexOf(0x0a);
  if (end === -1) return { words: new Set(), octets: input };
  const words = input.toString('latin1', 0, end).split(' ');
  return { words: new Set(words), octets: input.subarray(end + 1) };
}

/** The octets in pieces, cut at places that depend on nothing but them; `every`: one by one. */
export function cut(octets: Buffer, how: 'every' | 'some'): Buffer[] {
  const pieces: Buffer[] = [];
  let state = octets.length;
  for (let at = 0; at < octets.length;) {
    state = (Math.imul(state, 0x01000193) ^ (octets[at] ?? 0)) >>> 0;
    const length = how === 'every' ? 1 : 1 + (state % 23);
    pieces.push(octets.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
