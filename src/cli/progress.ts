/** How far a long command is, on one line of a terminal that it cleans up after itself. */
import type { Output } from './io.ts';

export interface Progress extends Disposable {
  /** Shows it, at most a few times a second and not in the first second. */
  at(done: number, total: number): void;
}

/** Milliseconds. */
const FIRST = 1000;
const INTERVAL = 200;
const CLEAR = '\r\u001B[K';

/** `verb` begins the line: `Replaying`. `elapsed` gives milliseconds since the beginning. Silent unless `stream` is a terminal. */
export function createProgress(stream: Output, verb: string, elapsed: () => number): Progress {
  let next = FIRST;
  let shown = false;
  return {
    at(done, total) {
      if (stream.isTTY !== true) return;
      const now = elapsed();
      if (now < next) return;
      next = now + INTERVAL;
      shown = true;
      stream.write(`${CLEAR}${progressLine(verb, { done, total, elapsed: now })}`);
    },
    [Symbol.dispose]: () => {
      if (shown) stream.write(CLEAR);
    },
  };
}

/** `Replaying 41,203 of 182,940 · 23 s left · Ctrl-C stops, nothing is changed`; times are milliseconds. */
export function progressLine(
  verb: string,
  { done, total, elapsed }: { readonly done: number; readonly total: number; readonly elapsed: number },
): string {
  const count = (number: number): string => number.toLocaleString('en-US');
  const left = done === 0 ? undefined : Math.max(0, Math.ceil(((total - done) * elapsed) / done / 1000));
  const time = left === undefined ? '' : ` · ${count(left)} s left`;
  return `${verb} ${count(done)} of ${count(total)}${time} · Ctrl-C stops, nothing is changed`;
}
