/**
 * A program that fills a spool until it is killed: `node appender.ts FOLDER NAME`. It writes one line for each step, with a
 * plain system call, so that what was written is known to whoever survives it:
 *
 *     S                    it is at work
 *     A <id> <sha256>      the commit that appended this message has resolved
 *     F <id>               the commit that finished it has resolved
 *     T <old> <new>        about to finish `old` and append `new` in one commit; `new` is never finished
 */
import { randomBytes, randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Body, Spool, SpoolId } from '../types.ts';
import { memory, message, open, sha256 } from './kit.ts';

const INLINE_LIMIT = 8 << 10;
const COMMITTERS = 8;

function say(...words: readonly string[]): void {
  writeSync(1, `${words.join(' ')}\n`);
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
    say('A', first, sha256(bytes));
    if (randomInt(3) === 0) {
      await spool.commit([{ kind: 'finish', id: first, index: 0 }]);
      say('F', first);
    } else if (randomInt(2) === 0) {
      const notice = randomBytes(100);
      say('T', first, second);
      await spool.commit([
        { kind: 'finish', id: first, index: 0 },
        { kind: 'append', message: message({ id: second, body: notice }) },
      ]);
      say('F', first);
      say('A', second, sha256(notice));
    }
  }
}

const [folder = '.', name = 'w1'] = process.argv.slice(2);
const spool = await open(folder, { name, inlineLimit: INLINE_LIMIT });
say('S');
await Promise.all(Array.from({ length: COMMITTERS }, () => fill(spool)));
