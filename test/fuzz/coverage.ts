/**
 * Which blocks of our sources were run, and how often: V8 counts them itself (`Profiler.startPreciseCoverage` of the inspector
 * protocol). V8 names a block only where its count differs from that of the code around it; here a block once named is known for
 * good, and its count is always told.
 */
import { Session, type Profiler } from 'node:inspector';

/** The blocks of one function: where they begin, in order, and their numbers. */
interface Blocks {
  readonly starts: number[];
  readonly ids: number[];
}

export class Coverage implements Disposable {
  readonly #session = new Session();
  readonly #scope: (url: string) => boolean;
  readonly #functions = new Map<string, Blocks>();
  #known = 0;

  /** Counts from here on, in the scripts whose URL is in `scope`. What is to be counted should be loaded after this. */
  constructor(scope: (url: string) => boolean) {
    this.#scope = scope;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** How many blocks are known, run or not. Functions that were never called are not among them. */
  get known(): number {
    return this.#known;
  }

  /** The blocks that were run since the last call, and how often. */
  take(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { url, functions } of this.#read()) {
      if (!this.#scope(url)) continue;
      for (const { functionName, ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined) continue;
        const key = `${url} ${whole.startOffset} ${whole.endOffset} ${functionName}`;
        this.#count(this.#blocksOf(key, ranges), ranges, counts);
      }
    }
    return counts;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  /** The inspector of one's own process answers within the call. */
  #read(): readonly Profiler.ScriptCoverage[] {
    let answer: readonly Profiler.ScriptCoverage[] | undefined;
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error === null) answer = taken.result;
    });
    if (answer === undefined) throw new Error('there is no coverage to be had');
    return answer;
  }

  #blocksOf(key: string, ranges: readonly Profiler.CoverageRange[]): Blocks {
    let blocks = this.#functions.get(key);
    if (blocks === undefined) {
      blocks = { starts: [], ids: [] };
      this.#functions.set(key, blocks);
    }
    for (const { startOffset } of ranges) {
      if (blocks.starts.includes(startOffset)) continue;
      const place = blocks.starts.filter((start) => start < startOffset).length;
      blocks.starts.splice(place, 0, startOffset);
      blocks.ids.splice(place, 0, this.#known);
      this.#known += 1;
    }
    return blocks;
  }

  /** The count of a block is that of the innermost range around its beginning. Ranges are nested, the outer one first. */
  #count(blocks: Blocks, ranges: readonly Profiler.CoverageRange[], counts: Map<number, number>): void {
    const open: Profiler.CoverageRange[] = [];
    let next = 0;
    for (const [index, start] of blocks.starts.entries()) {
      for (
        let range = ranges[next];
        range !== undefined && range.startOffset <= start;
        range = ranges[next]
      ) {
        closeUpTo(open, range.startOffset);
        open.push(range);
        next += 1;
      }
      closeUpTo(open, start);
      const count = open.at(-1)?.count ?? 0;
      const id = blocks.ids[index];
      if (count > 0 && id !== undefined) counts.set(id, count);
    }
  }
}

function closeUpTo(open: Profiler.CoverageRange[], offset: number): void {
  while ((open.at(-1)?.endOffset ?? Number.POSITIVE_INFINITY) <= offset) open.pop();
}
