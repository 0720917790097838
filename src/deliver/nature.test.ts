import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { natureOf, type Nature } from './nature.ts';
import { inChunks } from './testing/mod.ts';

async function natureFor(text: string, at = text.length): Promise<Nature> {
  const bytes = Buffer.from(text, 'latin1');
  return await natureOf(inChunks([bytes.subarray(0, at), bytes.subarray(at)]));
}

for (const [what, text, lines, utf8Header] of [
  ['nothing', '', true, false],
  ['lines', 'Subject: x\r\n\r\ntext\r\n', true, false],
  ['8-bit lines', 'Subject: x\r\n\r\n\u00fc\r\n', true, false],
  ['an 8-bit header', 'Subject: \u00fc\r\n\r\ntext\r\n', true, true],
  ['a line of 998 octets', `${'a'.repeat(998)}\r\n`, true, false],
  ['a line of 999 octets', `${'a'.repeat(999)}\r\n`, false, false],
  ['a last line without end', 'Subject: x\r\n\r\ntext', false, false],
  ['a last CR', 'Subject: x\r\n\r', false, false],
  ['a lone LF', 'Subject: x\r\n\r\na\nb\r\n', false, false],
  ['a lone CR', 'Subject: x\r\n\r\na\rb\r\n', false, false],
  ['CR CR LF', 'Subject: x\r\r\n', false, false],
  ['a NUL', 'Subject: x\r\n\r\n\0\r\n', false, false],
] as const) {
  test(`natureOf() of ${what}`, async () => {
    assert.deepEqual(await natureFor(text), { lines, utf8Header });
  });
}

test('natureOf() finds the same however the content is cut', async () => {
  const text = fc.array(fc.constantFrom('a', '\r\n', '\r', '\n', '\0', '\u00fc', 'x: '), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(text, fc.nat(30), async (pieces, at) => {
      const whole = pieces.join('');
      assert.deepEqual(await natureFor(whole, Math.min(at, whole.length)), await natureFor(whole));
      assert.equal((await natureFor(whole)).lines, /^(?:[^\r\n\0]*\r\n)*$/.test(whole));
    }),
    { numRuns: 300 },
  );
});
