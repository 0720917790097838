import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { IncomingMessage } from '../session/mod.ts';
import { openSpool, parseSpoolId, type Spool, type SpooledMessage } from '../spool/mod.ts';
import { createIntake } from './intake.ts';

async function spoolFor(t: TestContext): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-intake-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return await openSpool({ folder, name: 'w1', emit: () => undefined, reserveBytes: 0 });
}

function incoming(id: string, said: Partial<IncomingMessage> = {}): IncomingMessage {
  return {
    id,
    sender: 'alice@contoso.example',
    eightBit: true,
    binary: true,
    smtpUtf8: true,
    requireTls: true,
    ret: 'full',
    envelopeId: 'QQ 1',
    deliverBy: { at: 1_700_000_900_000, mode: 'return', trace: true },
    holdUntil: 1_700_000_500_000,
    quarantine: undefined,
    receivedAt: 1_700_000_000_000,
    recipients: [
      {
        address: 'bob@new.example',
        original: 'bob@old.example',
        by: 'grant:office',
        notify: ['success', 'delay'],
        originalRecipient: 'rfc822;bob@old.example',
      },
      {
        address: 'carol@new.example',
        original: 'carol@new.example',
        by: 'grant:office',
        notify: undefined,
        originalRecipient: undefined,
      },
    ],
    origin: { client: '192.0.2.7', listener: 'submission', account: 'alice@contoso.example', helo: 'pc' },
    body: { kind: 'memory', bytes: Buffer.from('Subject: x\r\n') },
    ...said,
  };
}

async function stored(t: TestContext, said: Partial<IncomingMessage>): Promise<readonly SpooledMessage[]> {
  await using spool = await spoolFor(t);
  const offered: SpooledMessage[] = [];
  const scheduler = { offer: (message: SpooledMessage): void => void offered.push(message) };
  const intake = createIntake({ spool, scheduler, inlineLimit: 1000 });
  const id = intake.newId();
  assert.equal(await intake.store(incoming(id, said)), 'stored');
  const kept = await spool.get(parseSpoolId(id) ?? assert.fail());
  assert.ok(kept);
  return [kept, ...offered];
}

test('store() keeps all that was said, and offers what is on the disk', async (t) => {
  const [kept, offered] = await stored(t, {});
  assert.deepEqual(offered, kept);
  const { id, body, recipients, quarantine, ...envelope } = incoming('');
  assert.deepEqual([id, quarantine, body.kind], ['', undefined, 'memory']);
  assert.deepEqual(kept?.envelope, envelope);
  assert.deepEqual(
    kept.recipients.map(({ address, original, by, notify, originalRecipient }) => ({
      address,
      original,
      by,
      notify,
      originalRecipient,
    })),
    recipients,
  );
  // RFC 4865: not before.
  for (const { nextAttempt, held } of kept.recipients) {
    assert.deepEqual([nextAttempt, held], [1_700_000_500_000, false]);
  }
});

test('store() keeps what is to be looked at held, and says why', async (t) => {
  const [kept, offered] = await stored(t, { quarantine: 'filter spoofed' });
  assert.deepEqual(offered, kept);
  for (const { held, lastReply } of kept?.recipients ?? assert.fail()) {
    assert.deepEqual([held, lastReply], [true, 'quarantined: filter spoofed']);
  }
});
