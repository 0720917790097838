/** `postern explain` says of every row of the grants what the live session says of it in relay.test.ts. */
import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { runCli } from '../../src/cli/mod.ts';
import { systemClock } from '../../src/std/mod.ts';
import { cell, readTable, type Row } from './table.ts';
import { World } from './world.ts';

let world: World;
before(async () => {
  world = await World.open();
});
after(async () => {
  await world[Symbol.asyncDispose]();
});

interface Said {
  readonly code: number;
  readonly text: string;
}

async function explain(...args: readonly string[]): Promise<Said> {
  let text = '';
  const output = (): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        text += chunk.toString();
        done();
      },
    });
  const io = {
    stdin: Readable.from([]),
    stdout: output(),
    stderr: output(),
    env: { NO_COLOR: '1' },
    cwd: world.site.folder,
    clock: systemClock,
  };
  const code = await runCli(['explain', '-c', world.site.configPath, ...args], io);
  return { code, text };
}

/** Rows that end at RCPT; a login that fails leaves the client as it was. */
const rows = readTable('grants.tsv').filter(
  (row) => cell(row, 'reply') !== '530|250' && cell(row, 'listener') !== 'submission',
);

function facts(row: Row): string[] {
  const local = cell(row, 'listener') === 'internal' ? '127.0.0.9' : '127.0.0.1';
  const account = cell(row, 'login reply') === '235' ? ['--account', 'alice@inbound.test'] : [];
  const sender = cell(row, 'sender');
  const claimed = ['--sender', sender === '' ? '<>' : sender];
  return [
    '--from',
    cell(row, 'client'),
    '--to-address',
    local,
    ...account,
    ...claimed,
    cell(row, 'recipient'),
  ];
}

for (const row of rows) {
  test(`explain: ${cell(row, 'name')} (${facts(row).join(' ')})`, async () => {
    const { code, text } = await explain(...facts(row));
    const reply = cell(row, 'reply');
    if (reply === '250') assert.equal(code, 0, text);
    else if (reply === '5') assert.equal(code, 1, text);
    else assert.ok(code === 0 || code === 1, text);
    assert.match(text, code === 0 ? /Accepted/ : /Refused/);
  });
}

test('explain: there are rows to ask about', () => {
  assert.ok(rows.length > 50);
});
