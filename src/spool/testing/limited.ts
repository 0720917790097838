/**
 * A program that appends until the operating system refuses to let a file grow (`ulimit -f`), a real error of the disk for
 * SQLite: `node limited.ts FOLDER`. It writes one JSON line with what it saw.
 */
import { append, eventLog, open, until } from './kit.ts';
import { SpoolError } from '../error.ts';
import type { SpoolId } from '../types.ts';

const [folder = '.'] = process.argv.slice(2);
const events = eventLog();
const spool = await open(folder, { emit: events.emit, inlineLimit: 1 << 20 });

/** The code of the SpoolError that a step ends in. */
async function codeOf(step: Promise<unknown>): Promise<string> {
  return step.then(
    () => 'none',
    (error: unknown) => (error instanceof SpoolError ? error.code : String(error)),
  );
}

const largeBody = await spool.openBody(spool.newId());
const large = await codeOf(
  (async () => {
    for (let count = 0; count < 64; count += 1) await largeBody.write(Buffer.alloc(1 << 20));
    await largeBody.finish();
  })(),
);
await largeBody.discard();
// There is room in truth, and that is noticed.
await until(() => spool.accepts());

const durable: SpoolId[] = [];
let firstError = '';
while (firstError === '') {
  // Several at once, so that a whole batch fails.
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, () => append(spool, { body: Buffer.alloc(20_000, 'x') })),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') durable.push(outcome.value);
    else firstError = await codeOf(Promise.reject(outcome.reason));
  }
}
const later = {
  commit: await codeOf(append(spool, { body: Buffer.from('tiny') })),
  empty: await codeOf(spool.commit([])),
  get: await codeOf(spool.get(spool.newId())),
  body: await codeOf(spool.openBody(spool.newId())),
  accepts: spool.accepts(),
};
await spool[Symbol.asyncDispose]();
process.stdout.write(`${JSON.stringify({ large, durable, firstError, later, events: events.seen })}\n`);
