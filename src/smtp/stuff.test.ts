import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DataReader } from './dataReader.ts';
import { DotStuffer, stuffAll } from './stuff.ts';
import { cuts, latin1 } from './testing/splits.ts';

const part = fc.constantFrom(
  '.',
  '..',
  '\r\n',
  '\r\n.',
  '\r',
  '\n',
  'a',
  'text',
  '\xff',
  '\0',
  '\n.\n',
  '\r.',
  '.\r\n',
);
const content = fc.array(part, { maxLength: 25 }).map((parts) => parts.join(''));

function stuffed(chunks: readonly Buffer[]): string {
  const stuffer = new DotStuffer();
  const pieces = chunks.flatMap((chunk) => stuffer.push(chunk));
  return Buffer.concat([...pieces, stuffer.end()]).toString('latin1');
}

/** The definition. */
function expected(text: string): string {
  const doubled = text
    .split('\r\n')
    .map((line) => (line.startsWith('.') ? `.${line}` : line))
    .join('\r\n');
  return text === '' || text.endsWith('\r\n') ? `${doubled}.\r\n` : `${doubled}\r\n.\r\n`;
}

test('push() and end() agree with the definition however the content is cut', () => {
  fc.assert(
    fc.property(content, cuts, (text, cutting) => {
      assert.equal(stuffed(cutting(latin1(text))), expected(text));
      assert.equal(Buffer.concat(stuffAll(latin1(text))).toString('latin1'), expected(text));
    }),
    { numRuns: 3000 },
  );
});

test('stuffAll() is undone by DataReader', () => {
  fc.assert(
    fc.property(content, cuts, (text, cutting) => {
      const reader = new DataReader({ repairBareLf: false, maxSize: 1e9 });
      const chunks = cutting(Buffer.concat(stuffAll(latin1(text)))).filter((chunk) => chunk.length > 0);
      const steps = chunks.map((chunk) => reader.push(chunk));
      const back = Buffer.concat(steps.flatMap((step) => step.pieces)).toString('latin1');
      assert.equal(steps.at(-1)?.done, true);
      assert.equal(back, text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`);
    }),
  );
});

test('stuffAll() copies nothing when there is little to stuff', () => {
  const plain = latin1('Subject: x\r\n\r\nbody.\r\nmore\r\n');
  const [first, end, ...more] = stuffAll(plain);
  assert.equal(first, plain);
  assert.deepEqual([end?.toString(), more.length], ['.\r\n', 0]);
  const dotted = latin1('.a\r\nb\r\n.c\r\n');
  for (const piece of stuffAll(dotted).slice(0, -1)) assert.equal(piece.buffer, dotted.buffer);
});

test('stuffAll() takes time and memory in proportion to the content', () => {
  for (const unit of ['.', '\n', '\r\n.', '\r\n..\r\n', '\r']) {
    const pieces = stuffAll(latin1(unit.repeat(1_000_000 / 4)));
    assert.ok(pieces.length < 70, `${pieces.length} pieces`);
  }
});
