import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heading, type Amendments } from './heading.ts';

const AMENDMENTS: Amendments = { messageId: 'ID1@mx.inbound.test', date: 'Tue, 24 Nov 2026 12:00:00 +0000' };
const ADDED_ID = 'Message-ID: <ID1@mx.inbound.test>\r\n';
const ADDED_DATE = 'Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n';
const LIMITS = { size: 1000, fields: 20 };

/** What comes out, the content cut at `cuts`. */
function through(content: string, cuts: readonly number[], amendments: Amendments | 'none' = AMENDMENTS) {
  const heading = new Heading(LIMITS, amendments === 'none' ? undefined : amendments);
  const octets = Buffer.from(content, 'latin1');
  const points = [0, ...[...cuts].sort((one, other) => one - other), octets.length];
  const out: Buffer[] = [];
  for (const [index, from] of points.entries()) {
    const piece = octets.subarray(from, points[index + 1]);
    if (piece.length > 0) out.push(...heading.push(piece));
  }
  out.push(...heading.end());
  return { out: Buffer.concat(out).toString('latin1'), heading };
}

const amended: readonly (readonly [string, string, string])[] = [
  [
    'nothing is missing',
    'Message-ID: <a@b>\r\nDate: x\r\n\r\nbody\r\n',
    'Message-ID: <a@b>\r\nDate: x\r\n\r\nbody\r\n',
  ],
  [
    'both are missing',
    'From: a@b.test\r\n\r\nbody\r\n',
    `${ADDED_ID}${ADDED_DATE}From: a@b.test\r\n\r\nbody\r\n`,
  ],
  ['only the date is missing', 'message-id: <a@b>\r\n\r\n', `${ADDED_DATE}message-id: <a@b>\r\n\r\n`],
  ['only the identifier is missing', 'DATE: x\r\n\r\n', `${ADDED_ID}DATE: x\r\n\r\n`],
  [
    'what stands in the body counts for nothing',
    '\r\nDate: x\r\n',
    `${ADDED_ID}${ADDED_DATE}\r\nDate: x\r\n`,
  ],
  ['there is no body', 'From: a@b.test\r\n', `${ADDED_ID}${ADDED_DATE}From: a@b.test\r\n`],
  ['there is nothing', '', `${ADDED_ID}${ADDED_DATE}`],
  [
    'Bcc is taken out with its folded lines, wherever it stands and however often',
    'Bcc: x@y.test,\r\n z@y.test\r\nDate: x\r\nBCC: \r\nMessage-ID: <a@b>\r\nResent-Bcc: q@y.test\r\n\r\nBcc: stays\r\n',
    'Date: x\r\nMessage-ID: <a@b>\r\n\r\nBcc: stays\r\n',
  ],
  ['only Bcc is there', 'Bcc: x@y.test\r\n\r\nx', `${ADDED_ID}${ADDED_DATE}\r\nx`],
];

for (const [name, content, expected] of amended) {
  test(`Heading amends: ${name}`, () => {
    assert.equal(through(content, []).out, expected);
    assert.equal(
      through(
        content,
        Array.from({ length: content.length }, (_, at) => at),
      ).out,
      expected,
    );
    assert.equal(through(content, [], 'none').out, content);
  });
}

test('Heading gives the same wherever the octets are cut', () => {
  const contents = amended.map(([, content]) => content);
  fc.assert(
    fc.property(fc.constantFrom(...contents), fc.array(fc.nat(200)), (content, cuts) => {
      const inside = cuts.filter((cut) => cut <= content.length);
      assert.equal(through(content, inside).out, through(content, []).out);
    }),
    { numRuns: 300 },
  );
});

test('Heading.messageId() is that of the message as it goes on', () => {
  assert.equal(through('Message-ID: <a@b>\r\n\r\n', []).heading.messageId(), 'a@b');
  assert.equal(through('From: x\r\n\r\n', []).heading.messageId(), 'ID1@mx.inbound.test');
  assert.equal(through('From: x\r\n\r\n', [], 'none').heading.messageId(), undefined);
});

test('Heading keeps back no more than the limit, and drops a message whose header is over it', () => {
  const atLimit = `X: ${'y'.repeat(1000 - 5)}\r\n`;
  assert.equal(through(`${atLimit}\r\nbody`, []).out, `${ADDED_ID}${ADDED_DATE}${atLimit}\r\nbody`);
  for (const amendments of [AMENDMENTS, undefined]) {
    const heading = new Heading(LIMITS, amendments);
    let passed = 0;
    for (let piece = 0; piece < 1000; piece += 1)
      for (const out of heading.push(Buffer.from(`X: ${'y'.repeat(95)}\r\n`))) passed += out.length;
    for (const out of heading.end()) passed += out.length;
    assert.ok(passed <= 1000, `${passed} octets were passed on`);
    assert.equal(heading.facts().tooLarge, true);
  }
});
