import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BdatReader, type BdatOptions } from './bdatReader.ts';
import type { DataSummary } from './contentReader.ts';
import { DataReader } from './dataReader.ts';
import { byteByByte, cuts, latin1 } from './testing/splits.ts';

const TEXT: BdatOptions = { binary: false, repairBareLf: false, maxSize: 1e9 };
const BINARY: BdatOptions = { ...TEXT, binary: true };

interface Result {
  readonly content: string;
  readonly summary: DataSummary;
}

/** Sends `text` as chunks of the sizes given, the rest as the last one, each cut as `cutting` says. */
function read(
  text: string,
  options: BdatOptions = TEXT,
  sizes: readonly number[] = [],
  cutting: (octets: Buffer) => Buffer[] = (octets) => [octets],
): Result {
  const reader = new BdatReader(options);
  const content: Buffer[] = [];
  let rest = latin1(text);
  for (const size of [...sizes, Infinity]) {
    const length = Math.min(size, rest.length);
    reader.begin(length);
    for (const piece of cutting(rest.subarray(0, length))) {
      const step = reader.push(piece);
      assert.equal(step.consumed, piece.length);
      content.push(...step.pieces);
      assert.equal(step.done, reader.left === 0);
    }
    assert.equal(reader.left, 0);
    rest = rest.subarray(length);
  }
  content.push(...reader.end());
  return { content: Buffer.concat(content).toString('latin1'), summary: reader.summary() };
}

// prettier-ignore
const piece = fc.constantFrom(
  '\r', '\n', '.', '\r\n', '\r\n', '\r\n.\r\n', '\r\n..', '\n.\n', '\r\n\r\n', 'Received: x', 'RECEIVED\t:', 'a', '\0', '\xff',
  'QUIT\r\n', 'BDAT 5 LAST\r\n', 'y'.repeat(998), 'z'.repeat(999),
);
const message = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(''));
const sizes = fc.array(fc.nat(2000), { maxLength: 5 });

test('push() gives every octet as it is, however chunks and reads are cut', () => {
  fc.assert(
    fc.property(message, sizes, cuts, fc.boolean(), (text, chunks, cutting, binary) => {
      const { content, summary } = read(text, { ...TEXT, binary }, chunks, cutting);
      assert.equal(content, text);
      assert.deepEqual(summary, read(text, { ...TEXT, binary }).summary);
      assert.deepEqual([summary.size, summary.tooBig], [text.length, false]);
      assert.equal(summary.eightBit, text.includes('\xff'));
      assert.equal(summary.bareLf, !binary && /(?<!\r)\n/.test(text));
      assert.equal(summary.bareCr, !binary && /\r(?!\n)/.test(text));
      assert.equal(summary.nul, !binary && text.includes('\0'));
    }),
    { numRuns: 2000 },
  );
});

test('summary() is that of DATA for the same content', () => {
  fc.assert(
    fc.property(message, sizes, cuts, (text, chunks, cutting) => {
      const content = `${text}\r\n`;
      const data = new DataReader({ repairBareLf: false, maxSize: 1e9 });
      const stuffed = content.replace(/(^|\r\n)\./g, '$1..');
      assert.equal(data.push(latin1(`${stuffed}.\r\n`)).done, true);
      assert.deepEqual(read(content, TEXT, chunks, cutting).summary, data.summary());
    }),
    { numRuns: 2000 },
  );
});

test('push() finds no end in what is sent, and takes nothing that follows the chunk', () => {
  const reader = new BdatReader(TEXT);
  const octets = latin1('a\r\n.\r\nQUIT\r\nBDAT 3 LAST\r\n');
  reader.begin(6);
  const step = reader.push(octets);
  assert.deepEqual(
    [step.done, step.consumed, Buffer.concat(step.pieces).toString()],
    [true, 6, 'a\r\n.\r\n'],
  );
  const nothing = reader.push(octets.subarray(6));
  assert.deepEqual([nothing.done, nothing.consumed, nothing.pieces], [true, 0, []]);
});

test('begin() takes chunks of no octets, before, between and last', () => {
  const { content, summary } = read('ab\r\n', TEXT, [0, 2, 0, 2, 0]);
  assert.deepEqual([content, summary.size], ['ab\r\n', 4]);
  assert.deepEqual(read('').summary.size, 0);
});

test('begin() and end() hold that a chunk comes whole', () => {
  const reader = new BdatReader(TEXT);
  reader.begin(2);
  reader.push(latin1('a'));
  assert.equal(reader.left, 1);
  assert.throws(() => reader.begin(1));
  assert.throws(() => reader.end());
  reader.push(latin1('b'));
  assert.deepEqual(reader.end(), []);
});

test('summary() counts a line end that two chunks share as one', () => {
  const { summary } = read('a\r\nb\r\n', TEXT, [2, 3]);
  assert.deepEqual([summary.bareCr, summary.bareLf, summary.longestLine], [false, false, 3]);
  assert.equal(read('a\r', TEXT, [1]).summary.bareCr, true);
});

test('push() repairs lone CR and LF of text, and nothing of what is binary', () => {
  const text = 'a\nb\rc\r';
  assert.equal(read(text, { ...TEXT, repairBareLf: true }).content, 'a\r\nb\r\nc\r\n');
  assert.equal(read(text, { ...BINARY, repairBareLf: true }).content, text);
  fc.assert(
    fc.property(message, sizes, cuts, (content, chunks, cutting) => {
      const repaired = read(content, { ...TEXT, repairBareLf: true }, chunks, cutting).content;
      assert.equal(repaired, content.replace(/\r\n|\r|\n/g, '\r\n'));
    }),
  );
});

test('summary() holds the limit of size over all chunks', () => {
  for (const chunks of [[], [1], [3, 3, 3], [10]]) {
    const fits = read('1234567890', { ...TEXT, maxSize: 10 }, chunks);
    assert.deepEqual([fits.summary.tooBig, fits.content], [false, '1234567890']);
    const over = read('1234567890', { ...TEXT, maxSize: 9 }, chunks);
    assert.deepEqual([over.summary.tooBig, over.summary.size, over.content.length <= 9], [true, 10, true]);
  }
});

test('summary() knows the longest line before it has ended', () => {
  const reader = new BdatReader(TEXT);
  reader.begin(5000);
  for (const octets of byteByByte(latin1(`ab\r\n${'x'.repeat(2000)}`))) reader.push(octets);
  assert.deepEqual([reader.summary().longestLine, reader.summary().lineTooLong], [2000, true]);
  reader.push(latin1('\r\n'));
  assert.equal(reader.summary().longestLine, 2002);
  assert.equal(read('x'.repeat(5000), BINARY).summary.longestLine, 0);
});
