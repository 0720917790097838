/**
 * Killed at random moments, again and again: what a commit promised is there, whole; what was finished is gone; and a commit
 * of two changes has never done one of them.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { Spool } from './types.ts';
import { parseSpoolId } from './id.ts';
import { eventLog, open, sha256, temporaryFolder } from './testing/kit.ts';
import { startProgram } from './testing/program.ts';

const ROUNDS = 30;
/** How many lines the program has written when it dies, at most: random, and so is the moment within its work. */
const MOST_LINES = 300;

/** What the program said, over all rounds. */
interface Said {
  /** Checksums of what was appended, by id. */
  readonly appended: Map<string, string>;
  /** What it was about to finish, with the id that was to take its place, if any. */
  readonly tried: Map<string, string | undefined>;
  readonly finished: Set<string>;
}

function listen(lines: readonly string[], said: Said): void {
  for (const line of lines) {
    const [word, id = '', more] = line.split(' ');
    if (word === 'A') said.appended.set(id, more ?? '');
    if (word === 'T') said.tried.set(id, more);
    if (word === 'F') said.finished.add(id);
  }
}

async function checksum(spool: Spool, id: string): Promise<string> {
  const body = await spool.body(parseSpoolId(id) ?? assert.fail(`not an id: ${id}`));
  if (body === undefined) return 'no content';
  return sha256(body.kind === 'memory' ? body.bytes : readFileSync(body.path));
}

async function verify(folder: string, { appended, tried, finished }: Said): Promise<void> {
  const events = eventLog();
  await using spool = await open(folder, { emit: events.emit });
  assert.deepEqual(events.named('spool.bodyMissing'), []);
  const present = new Set((await spool.list({ limit: 1e6 })).map(({ id }) => String(id)));
  for (const [id, sum] of appended) {
    if (present.has(id)) assert.equal(await checksum(spool, id), sum, `the content of ${id}`);
    else assert.ok(tried.has(id), `${id} was committed and is not there`);
  }
  for (const id of finished) assert.ok(!present.has(id), `${id} was finished and is there`);
  for (const [old, fresh] of tried) {
    if (fresh !== undefined) assert.notEqual(present.has(old), present.has(fresh), `${old} for ${fresh}`);
  }
}

test(`commit() keeps its promises when the process is killed, ${ROUNDS} times`, async (t) => {
  const folder = await temporaryFolder(t);
  const said: Said = { appended: new Map(), tried: new Map(), finished: new Set() };
  for (let round = 0; round < ROUNDS; round += 1) {
    const work = 1 + randomInt(MOST_LINES);
    // Half of the time it kills itself right after a promise, which no other process is quick enough for; the other half
    // it is killed wherever it is.
    const itself = round % 2 === 0;
    const program = startProgram('appender', [folder, 'w1', ...(itself ? [String(work)] : [])]);
    if (!itself) {
      await program.wrote(work);
      program.kill();
    }
    await program.ended;
    listen(program.lines, said);
    // Every crash is also one that the next process recovers from, so some are only looked at later.
    if (round % 5 === 4) await verify(folder, said);
  }
  t.diagnostic(`${said.appended.size} messages appended, ${said.finished.size} finished`);
  assert.ok(said.appended.size > ROUNDS, 'the program did too little to prove anything');
});
