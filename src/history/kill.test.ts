/** Killed at random moments, again and again: the file opens, nothing that was committed is lost, and no record is half there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test, type TestContext } from 'node:test';
import { decisionsIn, temporaryFolder } from './testing/kit.ts';

const ROUNDS = 6;
const PROGRAM = fileURLToPath(new URL('./testing/scribe.ts', import.meta.url));

/** Lets it write for a while, and kills it; resolves with the number up to which all must be there. */
async function writeAndDie(context: TestContext, folder: string, first: number): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  let safe = first;
  let enough = 1 + randomInt(60);
  lines.on('line', (line) => {
    assert.ok(line.startsWith('SAFE '), line);
    safe = Number(line.slice('SAFE '.length));
    enough -= 1;
    if (enough === 0) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return safe;
}

test(`commit() keeps its promise when the process is killed in the middle of its work, ${ROUNDS} times`, async (t) => {
  const folder = temporaryFolder(t);
  let first = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const safe = await writeAndDie(t, folder, first);
    assert.ok(safe > first, 'it wrote too little to prove anything');
    const numbers = decisionsIn(folder).map(({ session }) => Number(session));
    const present = new Set(numbers);
    assert.equal(present.size, numbers.length, 'a record is there twice');
    for (let number = first; number < safe; number += 1) assert.ok(present.has(number), `${number} is lost`);
    first = Math.max(...numbers) + 1;
  }
});
