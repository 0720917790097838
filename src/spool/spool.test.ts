import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSpoolId } from './id.ts';
import type { Spool, SpoolChange, SpooledMessage, SpoolId } from './types.ts';
import { NOTHING_ASKED } from './fresh.ts';
import { append, ENVELOPE, eventLog, memory, message, open, temporaryFolder } from './testing/kit.ts';

const NONE: ReadonlySet<SpoolId> = new Set();

function ids(messages: readonly SpooledMessage[]): SpoolId[] {
  return messages.map(({ id }) => id);
}

function deferred(id: SpoolId, index: number, nextAttempt: number): SpoolChange {
  return { kind: 'defer', id, index, attempts: 1, nextAttempt, lastReply: '451 4.3.0 later', warned: false };
}

async function bodyText(spool: Spool, id: SpoolId): Promise<string | undefined> {
  const body = await spool.body(id);
  return body?.kind === 'memory' ? body.bytes.toString('latin1') : body?.kind;
}

test('commit() keeps everything of an appended message', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const id = spool.newId();
  const envelope = {
    sender: '',
    eightBit: true,
    ...NOTHING_ASKED.envelope,
    smtpUtf8: true,
    ret: 'full' as const,
    envelopeId: 'QQ 314159',
    deliverBy: { at: 1_700_000_600_000, mode: 'notify' as const, trace: true },
    receivedAt: 1_700_000_000_123,
    origin: { client: '2001:db8::1', listener: 'submission', account: 'alice@contoso.example', helo: 'pc' },
  };
  const recipients = [
    {
      address: 'a@new.example',
      original: 'a@old.example',
      by: 'route:old.example',
      notify: ['success', 'delay'] as const,
      originalRecipient: 'rfc822;a@old.example',
    },
    {
      address: '"b c"@new.example',
      original: '"b c"@new.example',
      by: 'grant:office',
      ...NOTHING_ASKED.recipient,
    },
  ];
  await spool.commit([
    {
      kind: 'append',
      message: { id, envelope, recipients, quarantine: undefined, body: memory(Buffer.from('body\r\n')) },
    },
  ]);
  const state = { attempts: 0, nextAttempt: 1_700_000_000_123, held: false, warned: false, lastReply: '' };
  const expected = {
    id,
    envelope,
    size: 6,
    recipients: recipients.map((recipient, index) => ({ index, ...recipient, ...state })),
  };
  assert.deepEqual(await spool.get(id), expected);
  assert.deepEqual(await spool.list({ limit: 9 }), [expected]);
  assert.deepEqual(await spool.due(1_700_000_000_123, 9, NONE), [expected]);
  assert.equal(await bodyText(spool, id), 'body\r\n');
});

test('commit() survives closing and opening again', async (t) => {
  const folder = await temporaryFolder(t);
  const before = await open(folder);
  const id = await append(before, { body: Buffer.from('kept') });
  const kept = await before.get(id);
  await before[Symbol.asyncDispose]();
  await using after = await open(folder);
  assert.deepEqual(await after.get(id), kept);
  assert.equal(await bodyText(after, id), 'kept');
});

test('commit() keeps contents of any size whole, also slices of a shared buffer', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const pool = Buffer.from('0123456789'.repeat(1000), 'latin1');
  const contents = [
    Buffer.alloc(0),
    pool.subarray(3, 8),
    pool,
    Buffer.alloc(5_000_000, 'x'),
    Buffer.from([0, 255, 128]),
  ];
  const stored = await Promise.all(contents.map((body) => append(spool, { body })));
  for (const [at, id] of stored.entries()) {
    const body = await spool.body(id);
    assert.equal(body?.kind, 'memory');
    assert.ok(body.bytes.equals(contents[at] ?? Buffer.from('missing')), `content ${at}`);
  }
  assert.equal(pool.toString('latin1'), '0123456789'.repeat(1000));
});

test('commit() makes all changes of a call or none, and spoils no other call', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const known = await append(spool);
  const [before, inside, after] = [spool.newId(), spool.newId(), spool.newId()];
  const outcomes = await Promise.allSettled([
    spool.commit([{ kind: 'append', message: message({ id: before }) }]),
    spool.commit([
      { kind: 'append', message: message({ id: inside }) },
      { kind: 'append', message: message({ id: known }) },
    ]),
    spool.commit([
      { kind: 'append', message: message({ id: after }) },
      { kind: 'finish', id: known, index: 0 },
    ]),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.match(
    String(outcomes[1].status === 'rejected' && outcomes[1].reason),
    /invalid changes: message \w+ exists already/,
  );
  assert.deepEqual(ids(await spool.list({ limit: 9 })), [before, after]);
  assert.deepEqual(await spool.stats(), {
    messages: 2,
    recipients: 2,
    held: 0,
    bytes: 14,
    oldest: ENVELOPE.receivedAt,
  });
});

test('commit() rejects values that no column takes, and goes on', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const id = await append(spool);
  await assert.rejects(spool.commit([deferred(id, 0, 0.5)]), /invalid changes/);
  await assert.rejects(spool.commit([deferred(id, 0, Number.NaN)]), /invalid changes/);
  const nobody = message({ id: spool.newId(), recipients: [] });
  await assert.rejects(spool.commit([{ kind: 'append', message: nobody }]), /has no recipients/);
  await spool.commit([deferred(id, 0, 7)]);
  assert.equal(await spool.nextDue(NONE), 7);
});

test('commit() without changes resolves', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  await spool.commit([]);
});

test('commit() does many calls in the order they were made', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const commits: Promise<void>[] = [];
  const made = Array.from({ length: 2500 }, () => spool.newId());
  for (const id of made) {
    commits.push(spool.commit([{ kind: 'append', message: message({ id }) }]));
    commits.push(spool.commit([{ kind: 'finish', id, index: 0 }]));
  }
  await Promise.all(commits);
  assert.equal((await spool.stats()).messages, 0);
  assert.deepEqual(await spool.list({ limit: 9 }), []);
});

test('commit() of a finish takes the recipient, and the message with the last one', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const id = await append(spool, { recipients: ['a@x.example', 'b@x.example'] });
  await spool.commit([{ kind: 'finish', id, index: 0 }]);
  assert.deepEqual(
    (await spool.get(id))?.recipients.map(({ index, address }) => [index, address]),
    [[1, 'b@x.example']],
  );
  assert.equal(await bodyText(spool, id), 'Hello\r\n');
  await spool.commit([{ kind: 'finish', id, index: 1 }]);
  assert.equal(await spool.get(id), undefined);
  assert.equal(await spool.body(id), undefined);
});

test('commit() ignores recipients and messages that are not there', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const id = await append(spool);
  const before = await spool.get(id);
  const gone = spool.newId();
  await spool.commit([
    { kind: 'finish', id, index: 1 },
    deferred(id, 1, 5),
    { kind: 'finish', id: gone, index: 0 },
    deferred(gone, 0, 5),
    { kind: 'remove', id: gone },
    { kind: 'reschedule', id: gone, nextAttempt: 1, held: true },
  ]);
  assert.deepEqual(await spool.get(id), before);
  assert.equal((await spool.stats()).held, 0);
});

test('commit() of a defer changes that recipient alone', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const id = await append(spool, { recipients: ['a@x.example', 'b@x.example'] });
  const change = { attempts: 3, nextAttempt: 1_700_000_900_000, lastReply: '451 4.3.0 later', warned: true };
  await spool.commit([{ kind: 'defer', id, index: 1, ...change }]);
  const [first, second] = (await spool.get(id))?.recipients ?? [];
  assert.deepEqual(
    [first?.attempts, first?.nextAttempt, first?.lastReply, first?.warned],
    [0, ENVELOPE.receivedAt, '', false],
  );
  const { index, address, original, by, held, notify, originalRecipient, ...changed } =
    second ?? assert.fail('no second recipient');
  assert.deepEqual([index, address, original, held], [1, 'b@x.example', 'b@x.example', false]);
  assert.deepEqual([by, notify, originalRecipient], ['route:inbound.example', undefined, undefined]);
  assert.deepEqual(changed, change);
});

test('commit() of a reschedule holds and releases every recipient', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const id = await append(spool, { recipients: ['a@x.example', 'b@x.example'] });
  await spool.commit([{ kind: 'reschedule', id, nextAttempt: 50, held: true }]);
  assert.deepEqual(await spool.due(Number.MAX_SAFE_INTEGER, 9, NONE), []);
  assert.equal(await spool.nextDue(NONE), undefined);
  assert.equal((await spool.stats()).held, 2);
  await spool.commit([{ kind: 'reschedule', id, nextAttempt: 60, held: false }]);
  assert.deepEqual(ids(await spool.due(60, 9, NONE)), [id]);
  assert.deepEqual(await spool.due(59, 9, NONE), []);
  assert.equal(await spool.nextDue(NONE), 60);
  assert.equal((await spool.stats()).held, 0);
});

test('commit() of a remove takes the message with all recipients', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const id = await append(spool, { recipients: ['a@x.example', 'b@x.example'] });
  const other = await append(spool);
  await spool.commit([
    { kind: 'reschedule', id, nextAttempt: 50, held: true },
    { kind: 'remove', id },
  ]);
  assert.deepEqual(ids(await spool.list({ limit: 9 })), [other]);
  assert.equal(await spool.body(id), undefined);
  const { messages, recipients, held, bytes } = await spool.stats();
  assert.deepEqual([messages, recipients, held, bytes], [1, 1, 0, 7]);
});

test('due() gives the earliest first, each message once, up to the limit', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const [a, b, c] = [
    await append(spool, { recipients: ['1@x.example', '2@x.example'] }),
    await append(spool),
    await append(spool),
  ];
  await spool.commit([deferred(a, 0, 300), deferred(a, 1, 301), deferred(b, 0, 100), deferred(c, 0, 200)]);
  assert.deepEqual(ids(await spool.due(301, 9, NONE)), [b, c, a]);
  assert.deepEqual(ids(await spool.due(301, 3, NONE)), [b, c, a]);
  assert.deepEqual(ids(await spool.due(301, 2, NONE)), [b, c]);
  assert.deepEqual(ids(await spool.due(301, 0, NONE)), []);
  assert.deepEqual(ids(await spool.due(200, 9, NONE)), [b, c]);
  assert.deepEqual(ids(await spool.due(199, 9, NONE)), [b]);
  assert.deepEqual(ids(await spool.due(99, 9, NONE)), []);
});

test('due() and nextDue() pass over what is excepted, however much that is', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const made = await Promise.all(Array.from({ length: 300 }, () => append(spool)));
  const last = await append(spool);
  await spool.commit([deferred(last, 0, ENVELOPE.receivedAt + 1)]);
  const strangers = Array.from({ length: 20_000 }, () => spool.newId());
  const except = new Set([...made, ...strangers]);
  assert.deepEqual(ids(await spool.due(ENVELOPE.receivedAt + 1, 1, except)), [last]);
  assert.equal(await spool.nextDue(except), ENVELOPE.receivedAt + 1);
  assert.equal(await spool.nextDue(new Set([...except, last])), undefined);
  assert.equal(await spool.nextDue(NONE), ENVELOPE.receivedAt);
});

test('list() filters by sender or recipient without regard to case', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const bySender = await append(spool, { envelope: { sender: 'Alice@Contoso.example' } });
  const byRecipient = await append(spool, { recipients: ['x@x.example', 'ALICE@x.example'] });
  await append(spool, { recipients: ['al_ice@x.example'] });
  assert.deepEqual(ids(await spool.list({ limit: 9, address: 'aLICE@' })), [bySender, byRecipient]);
  assert.deepEqual(ids(await spool.list({ limit: 9, address: 'contoso' })), [bySender]);
  // Not a pattern.
  assert.deepEqual(ids(await spool.list({ limit: 9, address: '%' })), []);
  assert.equal((await spool.list({ limit: 9, address: 'ALICE@x' }))[0]?.recipients.length, 2);
});

test('list() filters by hold and pages by id', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const made: SpoolId[] = [];
  for (let count = 0; count < 5; count += 1) {
    made.push(await append(spool, { recipients: ['a@x.example', 'b@x.example'] }));
  }
  const [first, second, third, fourth, fifth] = made;
  assert.ok(third !== undefined && second !== undefined);
  await spool.commit([{ kind: 'reschedule', id: third, nextAttempt: 1, held: true }]);
  assert.deepEqual(ids(await spool.list({ limit: 9, held: true })), [third]);
  assert.deepEqual(ids(await spool.list({ limit: 9, held: false })), [first, second, fourth, fifth]);
  assert.deepEqual(ids(await spool.list({ limit: 2 })), [first, second]);
  assert.deepEqual(ids(await spool.list({ limit: 2, after: second })), [third, fourth]);
  assert.deepEqual(ids(await spool.list({ limit: 5 })), made);
  assert.deepEqual(ids(await spool.list({ limit: 0 })), []);
});

test('get() and body() know nothing of other ids', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  await append(spool);
  const other = parseSpoolId('000000000000000000') ?? assert.fail('not an id');
  assert.equal(await spool.get(other), undefined);
  assert.equal(await spool.body(other), undefined);
});

test('stats() of an empty spool has no oldest message', async (t) => {
  await using spool = await open(await temporaryFolder(t));
  const empty = { messages: 0, recipients: 0, held: 0, bytes: 0, oldest: undefined };
  assert.deepEqual(await spool.stats(), empty);
  await append(spool, { envelope: { receivedAt: 5 } });
  await append(spool, { envelope: { receivedAt: 6 } });
  assert.equal((await spool.stats()).oldest, 5);
});

test('dispose() finishes what was asked before and refuses the rest', async (t) => {
  const folder = await temporaryFolder(t);
  const events = eventLog();
  const spool = await open(folder, { emit: events.emit });
  const id = spool.newId();
  const committed = spool.commit([{ kind: 'append', message: message({ id }) }]);
  const counted = spool.stats();
  const disposed = spool[Symbol.asyncDispose]();
  const late = spool.commit([{ kind: 'remove', id }]);
  assert.equal(spool.accepts(), false);
  await assert.rejects(late, { name: 'SpoolError', code: 'closed' });
  await committed;
  await counted;
  await disposed;
  await assert.rejects(spool.commit([]), { name: 'SpoolError', code: 'closed' });
  await assert.rejects(spool.get(id), { code: 'closed' });
  await assert.rejects(spool.openBody(id), { code: 'closed' });
  assert.equal(spool.accepts(), false);
  assert.deepEqual(
    events.seen.map(([name]) => name),
    ['spool.opened', 'spool.closed'],
  );
  await using again = await open(folder);
  assert.notEqual(await again.get(id), undefined);
});

test('dispose() may be called twice', async (t) => {
  const spool = await open(await temporaryFolder(t));
  await Promise.all([spool[Symbol.asyncDispose](), spool[Symbol.asyncDispose]()]);
  await spool[Symbol.asyncDispose]();
});

test('openSpool() refuses a name that is no plain file name', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['', '../w1', 'a/b', 'a.b', '-a', 'a'.repeat(65)]) {
    await assert.rejects(open(folder, { name }), RangeError, name);
  }
  await using spool = await open(folder, { name: 'a'.repeat(64) });
  assert.equal(spool.accepts(), true);
});

test('openSpool() reports what it found', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await open(folder);
  await append(first, { recipients: ['a@x.example', 'b@x.example'] });
  await first[Symbol.asyncDispose]();
  const events = eventLog();
  await using spool = await open(folder, { emit: events.emit });
  assert.deepEqual(events.seen, [
    ['spool.opened', { name: 'w1', messages: 1, recipients: 2, bytes: 7, strayFiles: 0 }],
  ]);
  assert.equal(spool.accepts(), true);
});
