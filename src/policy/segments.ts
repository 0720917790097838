/**
 * The address space of one family as a sorted list of disjoint segments, each with the innermost block that holds it.
 */
import type { Span } from './blocks.ts';

/** An aligned block that rules name. */
export interface Block {
  /** The numbers of the rules that name exactly this block, ascending. */
  readonly rules: readonly number[];
  /** The next wider block that holds this one. */
  readonly around: Block | undefined;
}

/** Segment i reaches from `starts[i]` up to the next start; `blocks[i]` is its innermost block, if any. */
export interface Segments<Starts> {
  readonly starts: Starts;
  readonly blocks: readonly (Block | undefined)[];
}

/** An aligned block and the number of a rule that names it. */
export interface Entry extends Span {
  readonly rule: number;
}

interface OpenBlock extends Span {
  readonly block: Block;
  readonly rules: number[];
}

/** Sweeps aligned blocks in order, wider before narrower, and keeps the stack of those that are open. O(n log n). */
export function buildSegments(entries: readonly Entry[], lastAddress: bigint): Segments<readonly bigint[]> {
  const starts: bigint[] = [];
  const blocks: (Block | undefined)[] = [];
  const open: OpenBlock[] = [];

  const begin = (start: bigint, block: Block | undefined): void => {
    if (start > lastAddress) return;
    if (starts.at(-1) === start) blocks[blocks.length - 1] = block;
    else blocks[starts.push(start) - 1] = block;
  };
  const closeBefore = (address: bigint): void => {
    for (let top = open.at(-1); top !== undefined && top.last < address; top = open.at(-1)) {
      open.pop();
      Object.freeze(top.rules);
      begin(top.last + 1n, top.block.around);
    }
  };

  for (const { first, last, rule } of [...entries].sort(widerFirst)) {
    closeBefore(first);
    const top = open.at(-1);
    if (top?.first === first && top.last === last) {
      if (top.rules.at(-1) !== rule) top.rules.push(rule);
      continue;
    }
    const rules = [rule];
    const block = Object.freeze({ rules, around: top?.block });
    open.push({ first, last, block, rules });
    begin(first, block);
  }
  closeBefore(lastAddress + 1n);
  return { starts: Object.freeze(starts), blocks: Object.freeze(blocks) };
}

function widerFirst(a: Entry, b: Entry): number {
  return compareBigInts(a.first, b.first) || compareBigInts(b.last, a.last) || a.rule - b.rule;
}

export function compareBigInts(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The index of the segment that holds `value`: the last start that is at most it; -1 before the first. */
export function segmentOf4(starts: Uint32Array, value: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The same for IPv6. A function of its own, so that the engine compiles each for one kind of number. */
export function segmentOf6(starts: readonly bigint[], value: bigint): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
