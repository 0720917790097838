import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AttemptRecord, HistoryRecord, MessageRecord } from '../../history/mod.ts';
import { EXIT } from '../exit.ts';
import { decided, record } from '../testing/history.ts';
import { NOW, assertFailed, site } from '../testing/kit.ts';
import type { Ran } from '../testing/kit.ts';

const ID = '01KB2M9Q4T7XW5YZ8M';
const BOUNCE = '01KB2M9Q4T7XW5YZ9M';

function stored(given: Partial<MessageRecord> = {}): MessageRecord {
  return {
    kind: 'message',
    at: NOW + 1000,
    id: ID,
    session: 'w1test-1',
    transaction: 1,
    messageId: 'one@client.example',
    sender: 'a@sender.example',
    size: 4096,
    ...given,
  };
}

function attempted(given: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    kind: 'attempt',
    at: NOW + 2000,
    id: ID,
    recipient: 'b@other.example',
    outcome: 'delivered',
    remote: 'mail.other.example [192.0.2.9]:25',
    reply: '250 2.0.0 Queued',
    ...given,
  };
}

const RELAYED = decided({
  at: NOW,
  client: '192.168.10.7',
  outcome: 'relay',
  rule: 'grant:office',
  reply: '250 2.1.5 Recipient accepted',
});

async function traced(t: TestContext, ...records: readonly HistoryRecord[]) {
  const made = await site(t);
  record(made.cwd, records);
  const trace = (...argv: string[]): Promise<Ran> => made.run(['trace', ...argv]);
  return { ...made, trace };
}

test('trace tells the life of a message from the connection to the last attempt, by each of its names', async (t) => {
  const { trace } = await traced(
    t,
    RELAYED,
    stored(),
    attempted({ outcome: 'deferred', reply: '451 4.7.1 Greylisted' }),
    attempted({ at: NOW + 60_000 }),
  );
  for (const name of [ID, ID.toLowerCase(), '<one@client.example>', 'w1test-1', '[w1test-1]']) {
    const ran = await trace(name);
    assert.equal(ran.code, EXIT.yes, ran.stderr);
    assert.equal(
      ran.stdout,
      `Delivered: message ${ID} to 1 recipient.

2026-11-24 12:30:00  session w1test-1, mail 1: 192.168.10.7 (client.example) to 192.0.2.1 on internet, not signed in (times are UTC)
2026-11-24 12:30:00  from a@sender.example, as claimed
2026-11-24 12:30:00  to b@other.example: accepted, grant office: 250 2.1.5 Recipient accepted
2026-11-24 12:30:01  stored as ${ID}: 4.0 KiB, Message-ID <one@client.example>
2026-11-24 12:30:02  b@other.example deferred by mail.other.example [192.0.2.9]:25: 451 4.7.1 Greylisted
2026-11-24 12:31:00  b@other.example delivered by mail.other.example [192.0.2.9]:25: 250 2.0.0 Queued
Now: cannot tell what is in the queue, since no Postern runs on this data folder.
`,
    );
  }
});

test('trace says what failed first, and where the notification went', async (t) => {
  const failed = attempted({ outcome: 'failed', reply: '550 5.1.1 Nobody' });
  const { trace } = await traced(
    t,
    RELAYED,
    { ...RELAYED, recipient: 'c@other.example', address: 'c@other.example' },
    stored(),
    failed,
    attempted({ recipient: 'c@other.example' }),
    {
      kind: 'notice',
      at: NOW + 3000,
      id: BOUNCE,
      about: ID,
      notice: 'failure',
      recipient: 'a@sender.example',
    },
    attempted({ id: BOUNCE, at: NOW + 4000, recipient: 'a@sender.example' }),
  );
  const ran = await trace(ID);
  assert.match(ran.stdout, new RegExp(`^Failed: message ${ID} to 2 recipients: 1 failed, 1 delivered\\.\n`));
  assert.match(ran.stdout, new RegExp(`notification ${BOUNCE} of the failure, to a@sender\\.example`));
  assert.match(ran.stdout, new RegExp(`The notification: postern trace ${BOUNCE}\n$`));
  const bounce = await trace(BOUNCE);
  assert.match(bounce.stdout, new RegExp(`^Delivered: message ${BOUNCE} to 1 recipient\\.\n`));
  assert.match(bounce.stdout, /written by Postern itself/);
  assert.match(bounce.stdout, new RegExp(`The message it is about: postern trace ${ID}\n$`));
});

test('trace shows a refusal, what held it back, and the command that says why', async (t) => {
  const { trace } = await traced(
    t,
    decided({
      at: NOW,
      session: 'w1test-2',
      restrained: 'limit',
      outcome: 'relay',
      rule: 'grant:office',
      reply: '450 4.7.1 Later',
    }),
  );
  const ran = await trace('w1test-2');
  assert.equal(ran.code, EXIT.yes);
  assert.match(ran.stdout, /^Refused: no recipient was accepted, so there is no message\.\n/);
  assert.match(ran.stdout, /refused, grant office, and held back \(limit reached\): 450 4\.7\.1 Later/);
  assert.match(ran.stdout, /Why it was refused: postern explain --session w1test-2\n$/);
});

test('trace lists the latest mail of an address, whatever its case, and obeys --limit and --since', async (t) => {
  const many = Array.from({ length: 30 }, (_, i) =>
    decided({ at: NOW - (30 - i) * 3_600_000, session: `w1test-${i}`, recipient: 'alice@contoso.example' }),
  );
  const { trace } = await traced(t, ...many);
  const rowsOf = ({ stdout }: Ran): string[] => stdout.split('\n').filter((line) => line.includes('w1test-'));
  const all = await trace('ALICE@contoso.example');
  assert.equal(all.code, EXIT.yes, all.stderr);
  // And the command to look closer.
  assert.equal(rowsOf(all).length, 21);
  assert.match(
    all.stdout,
    /^TIME \(UTC\) +NAME +CLIENT +SENDER +RECIPIENT +WHAT BECAME OF IT\n2026-11-24 11:30:00 +w1test-29 /,
  );
  assert.match(all.stdout, /\n\nLook closer with: postern trace w1test-29\n$/);
  assert.equal(rowsOf(await trace('alice@contoso.example', '--limit', '2')).length, 3);
  assert.equal(rowsOf(await trace('alice@contoso.example', '--since', '5h')).length, 6);
});

test('trace finds a Message-ID that was given without its brackets, and the address of the same form', async (t) => {
  const { trace } = await traced(t, RELAYED, stored({ messageId: 'b@other.example' }), attempted());
  const ran = await trace('b@other.example');
  assert.match(ran.stdout, new RegExp(`^Delivered: message ${ID} `));
  assert.match(
    ran.stdout,
    new RegExp(
      `\n2026-11-24 12:30:00 +${ID} +192\\.168\\.10\\.7 +a@sender\\.example +b@other\\.example +delivered\n`,
    ),
  );
  const json = JSON.parse((await trace('b@other.example', '--json')).stdout);
  assert.equal(json.schema, 'postern.trace/1');
  assert.equal(json.found[0].message.messageId, 'b@other.example');
  assert.deepEqual(json.found[0].queue, { state: 'noDaemon' });
  assert.deepEqual(json.mail[0].recipients, [{ recipient: 'b@other.example', fate: 'delivered' }]);
});

test('trace exits 1 when nothing is recorded, and says how far back it looked', async (t) => {
  const { trace } = await traced(t, RELAYED);
  assertFailed(
    await trace('nobody@other.example'),
    EXIT.no,
    /nothing is recorded of nobody@other\.example/,
    /goes back to 2026-11-24/,
  );
  assertFailed(await trace('<none@client.example>'), EXIT.no, /with the Message-ID <none@client\.example>/);
  assertFailed(await trace('w1test-1', '--since', '2d'), EXIT.usage, /--since is for the mail of an address/);
  assertFailed(await trace('a@b.example', '--since', '2030-01-01'), EXIT.usage, /is in the future/);
  assertFailed(await trace('a@b.example', '--limit', '0'), EXIT.usage, /from 1 to 1000/);
});

test('trace shows no control characters that a peer sent', async (t) => {
  const { trace } = await traced(t, RELAYED, stored(), attempted({ reply: '250 \u001B[31mred\u0007' }));
  const ran = await trace(ID);
  assert.match(ran.stdout, /250 \?\[31mred\?/);
});
