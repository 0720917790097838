import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { createNotifier } from './notifier.ts';

test('createNotifier() makes messages with the null reverse-path to the sender', () => {
  let ids = 0;
  const notifier = createNotifier({
    hostname: 'mail.contoso.example',
    clock: { now: () => 1_000 },
    newId: () => `ID${(ids += 1)}`,
    randomBoundary: () => 'boundary',
  });
  const notice = {
    sender: 'alice@contoso.example',
    receivedAt: 0,
    triedAt: 900,
    retryUntil: 5_000,
    recipients: [
      {
        address: 'b@other.example',
        original: 'b@other.example',
        originalRecipient: undefined,
        status: '5.1.1',
        reply: '550 no',
        remote: undefined,
        expired: false,
      },
    ],
    envelopeId: undefined,
    deliverBy: undefined,
    holdUntil: undefined,
    smtpUtf8: false,
    requireTls: true,
    whole: false,
    start: Buffer.from('Subject: x\r\n\r\n'),
  } as const;
  const failure = notifier.compose({ kind: 'failure', ...notice });
  const delay = notifier.compose({ kind: 'delay', ...notice });
  assert.deepEqual([failure.id, delay.id], ['ID1', 'ID2']);
  assert.deepEqual(failure.envelope, {
    sender: '',
    eightBit: false,
    binary: false,
    smtpUtf8: false,
    requireTls: true,
    ret: undefined,
    envelopeId: undefined,
    deliverBy: undefined,
    holdUntil: undefined,
    receivedAt: 1_000,
    origin: { client: 'local', listener: '', account: null, helo: 'mail.contoso.example' },
  });
  assert.deepEqual(failure.recipients, [
    {
      address: 'alice@contoso.example',
      original: 'alice@contoso.example',
      by: 'notification:failure',
      // RFC 3461 6.1.
      notify: 'never',
      originalRecipient: undefined,
    },
  ]);
  assert.ok(failure.body.bytes.includes('Message-ID: <ID1@mail.contoso.example>'));
  assert.ok(failure.body.bytes.includes('Action: failed'));
  assert.ok(delay.body.bytes.includes('Action: delayed'));
});
