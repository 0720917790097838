/**
 * A program that fills a spool until it is killed: `node appender.ts FOLDER NAME [PROMISES]`. After so many promises (lines
 * `A` and `F`) it kills itself, in the very moment after the last of them. It writes one line for each step, with a
 * plain system call, so that what was written is known to whoever survives it:
 *
 *     S                    it is at work
 *     A <id> <sha256>      the commit that appended this message has resolved
 *     T <id>               about to finish it
 *     T <id> <new>         about to finish it and to append `new` in one commit; `new` is never finished
 *     F <id>               the commit that finished it has resolved
 */
import { Buffer } from 'node:buffer';
import { randomBytes, randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Body, Spool, SpoolId } from '../types.ts';
import { memory, message, open, sha256 } from './kit.ts';

const INLINE_LIMIT = 8 << 10;
/** Many, so that a transaction takes long enough to be caught in the middle. */
const COMMITTERS = 48;

/** Nobody wakes it: a place to wait at without giving up the thread. */
const FOREVER = new Int32Array(new SharedArrayBuffer(4));

const [folder = '.', name = 'w1', promises = 'Infinity'] = process.argv.slice(2);
const budget = { promises: Number(promises) };

/** Blocks until all of it is in the pipe, which whoever reads may leave full for a while. */
function say(...words: readonly string[]): void {
  let left = Buffer.from(`${words.join(' ')}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(FOREVER, 0, 0, 5);
    }
  }
}

function promise(...words: readonly string[]): void {
  say(...words);
  budget.promises -= 1;
  if (budget.promises <= 0) process.kill(process.pid, 'SIGKILL');
}

async function content(spool: Spool, id: SpoolId, bytes: Buffer): Promise<Body> {
  if (bytes.length <= INLINE_LIMIT) return memory(bytes);
  const writer = await spool.openBody(id);
  await writer.write(bytes);
  return writer.finish();
}

async function fill(spool: Spool): Promise<never> {
  for (;;) {
    const [first, second] = [spool.newId(), spool.newId()];
    const bytes = randomBytes(randomInt(2 * INLINE_LIMIT));
    const body = await content(spool, first, bytes);
    await spool.commit([{ kind: 'append', message: message({ id: first, body }) }]);
    promise('A', first, sha256(bytes));
    if (randomInt(3) === 0) {
      say('T', first);
      await spool.commit([{ kind: 'finish', id: first, index: 0 }]);
      promise('F', first);
    } else if (randomInt(2) === 0) {
      const notice = randomBytes(100);
      say('T', first, second);
      await spool.commit([
        { kind: 'finish', id: first, index: 0 },
        { kind: 'append', message: message({ id: second, body: notice }) },
      ]);
      promise('F', first);
      promise('A', second, sha256(notice));
    }
  }
}

const spool = await open(folder, { name, inlineLimit: INLINE_LIMIT });
say('S');
await Promise.all(Array.from({ length: COMMITTERS }, () => fill(spool)));
