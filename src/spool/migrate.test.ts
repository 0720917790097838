/** Spools of earlier versions: `testing/version1` was made by the program of that time. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { adoptSpools } from './adopt.ts';
import { NOTHING_ASKED } from './fresh.ts';
import { append, eventLog, open, temporaryFolder } from './testing/kit.ts';
import type { SpooledMessage, SpooledRecipient } from './types.ts';

const VERSION_1 = fileURLToPath(new URL('./testing/version1', import.meta.url));

const origin = {
  client: '192.0.2.7',
  listener: 'internet',
  account: 'ann@contoso.example',
  helo: 'client.example',
};
const said = { ...NOTHING_ASKED.envelope, receivedAt: 1_700_000_000_000, origin };

function recipient(index: number, name: string, state: Partial<SpooledRecipient> = {}): SpooledRecipient {
  return {
    index,
    address: `${name}@inbound.example`,
    original: `${name}@old.example`,
    by: 'route:inbound.example',
    ...NOTHING_ASKED.recipient,
    attempts: 0,
    nextAttempt: 1_700_000_000_000,
    held: false,
    warned: false,
    lastReply: '',
    ...state,
  };
}

const deferred = { attempts: 3, nextAttempt: 1_700_000_900_000, lastReply: '451 later', warned: true };
const HELD = [{ eightBit: false, sender: '' }, 38, [{ nextAttempt: 1_700_000_100_000, held: true }]] as const;

function check(messages: readonly SpooledMessage[]): void {
  const [first, second] = messages;
  assert.deepEqual(first?.envelope, { sender: 'sender@client.example', eightBit: true, ...said });
  assert.deepEqual(first.recipients, [recipient(0, 'one'), recipient(1, 'two', deferred)]);
  const [envelope, size, [state]] = HELD;
  assert.deepEqual(second?.envelope, { ...envelope, ...said });
  assert.equal(second.size, size);
  assert.deepEqual(second.recipients, [recipient(0, 'three', state)]);
}

test('openSpool() takes over a spool of version 1 with all that is in it', async (t) => {
  const folder = await temporaryFolder(t);
  cpSync(VERSION_1, folder, { recursive: true });
  const events = eventLog();
  {
    await using spool = await open(folder, { name: 'old', emit: events.emit });
    const messages = await spool.list({ limit: 9 });
    check(messages);
    const [small, large] = await Promise.all(messages.map(({ id }) => spool.body(id)));
    assert.equal(small?.kind === 'memory' && small.bytes.toString(), 'Subject: a\r\n');
    assert.ok(large?.kind === 'file');
    assert.equal(readFileSync(large.path, 'latin1'), 'Subject: a body in a file of its own\r\n');
    assert.deepEqual(await spool.stats(), {
      messages: 2,
      recipients: 3,
      held: 1,
      bytes: 50,
      oldest: 1_700_000_000_000,
    });
    // It is used as any other.
    await append(spool, { asked: { notify: 'never' }, envelope: { requireTls: true } });
  }
  await using again = await open(folder, { name: 'old', emit: events.emit });
  const messages = await again.list({ limit: 9 });
  check(messages);
  assert.deepEqual([messages[2]?.envelope.requireTls, messages[2]?.recipients[0]?.notify], [true, 'never']);
  assert.deepEqual([events.named('spool.failed'), events.named('spool.bodyMissing')], [[], []]);
});

test('adoptSpools() takes messages out of a spool of version 1', async (t) => {
  const folder = await temporaryFolder(t);
  cpSync(VERSION_1, folder, { recursive: true });
  assert.deepEqual(await adoptSpools(folder, 'w1', []), ['old']);
  await using spool = await open(folder, { name: 'w1' });
  check(await spool.list({ limit: 9 }));
});
