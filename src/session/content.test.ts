import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Content } from './content.ts';
import type { ContentState } from './state.ts';
import { Kept, services, SETTINGS, USUAL } from './testing/services.ts';

const STATE: ContentState = {
  phase: 'content',
  tls: undefined,
  account: undefined,
  hello: { verb: 'EHLO', name: 'a.test' },
  chunk: undefined,
  octets: 0,
  transaction: {
    number: 1,
    sender: null,
    body: '7BIT',
    smtpUtf8: false,
    requireTls: false,
    ret: undefined,
    envelopeId: undefined,
    deliverBy: undefined,
    holdUntil: undefined,
    forwarded: undefined,
    recipients: [],
    octets: 0,
    excess: 0,
    quarantine: undefined,
    dns: undefined,
    grants: new Set(),
  },
};
const TRACE = 'Received: x\r\n';
const AMENDMENTS = { messageId: 'ID1@mx.test', date: 'Tue, 24 Nov 2026 12:00:00 +0000' };

function content(amendments: typeof AMENDMENTS | undefined): Content {
  const { intake } = services(USUAL, { kept: new Kept(), emit: () => undefined, now: () => 0 });
  return new Content('ID1', Buffer.from(TRACE), { intake, settings: SETTINGS, state: STATE, amendments });
}

for (const [where, amendments] of [
  ['of content', undefined],
  ['of a header that is kept back', AMENDMENTS],
] as const) {
  test(`push() keeps few of the octets ${where} that come one by one, and a copy of the rest`, async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const made = content(amendments);
    const text = `From: a@b.test\r\nSubject: ${'x'.repeat(3000)}\r\n\r\n.\r\n`;
    const given = Array.from(text, (character) => {
      const octet = Buffer.allocUnsafeSlow(1).fill(character, undefined, undefined, 'latin1');
      made.push(octet);
      return new WeakRef(octet.buffer);
    }).slice(0, 3000);
    await turn(); // a WeakRef holds on until the turn is over
    collect();
    const alive = given.filter((reference) => reference.deref() !== undefined).length;
    assert.ok(alive < 300, `${alive} of ${given.length} are held`);
    made.end();
    const { kind, ...body } = await made.finish();
    assert.ok(kind === 'memory' && 'bytes' in body);
    const added =
      amendments === undefined ? '' : `Message-ID: <${AMENDMENTS.messageId}>\r\nDate: ${AMENDMENTS.date}\r\n`;
    assert.equal(body.bytes.toString('latin1'), `${TRACE}${added}${text.slice(0, -3)}`);
  });
}
