import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineReader } from './lineReader.ts';
import { byteByByte, cuts, latin1 } from './testing/splits.ts';

type Seen = readonly [text: string, ending: 'crlf' | 'lf', tooLong: boolean];

function drain(reader: LineReader): Seen[] {
  const lines: Seen[] = [];
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    lines.push([line.bytes.toString('latin1'), line.ending, line.tooLong]);
  }
  return lines;
}

function read(chunks: readonly Buffer[], limit: number): { lines: Seen[]; rest: string } {
  const reader = new LineReader(limit);
  const lines = chunks.flatMap((chunk) => {
    reader.push(chunk);
    return drain(reader);
  });
  return { lines, rest: reader.rest().toString('latin1') };
}

/** The definition, on the whole text. */
function expected(text: string, limit: number): Seen[] {
  const parts = text.split('\n').slice(0, -1);
  return parts.map((part) => {
    const ending = part.endsWith('\r') ? 'crlf' : 'lf';
    if (part.length + 1 > limit) return [part.slice(0, 9), ending, true];
    return [ending === 'crlf' ? part.slice(0, -1) : part, ending, false];
  });
}

const stream = fc
  .array(fc.constantFrom('\r', '\n', '\r\n', '\r\n', 'a', 'bc', '\0', '\xff', 'defghijkl', 'x'.repeat(19)), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));

test('next() gives the same lines however the octets are cut', () => {
  fc.assert(
    fc.property(stream, cuts, (text, cutting) => {
      const { lines } = read(cutting(latin1(text)), 20);
      assert.deepEqual(lines, expected(text, 20));
    }),
    { numRuns: 2000 },
  );
});

test('next() gives the same lines when chunks pile up before they are read', () => {
  fc.assert(
    fc.property(stream, cuts, fc.array(fc.boolean(), { minLength: 1 }), (text, cutting, reads) => {
      const reader = new LineReader(20);
      const lines: Seen[] = [];
      for (const [i, chunk] of cutting(latin1(text)).entries()) {
        reader.push(chunk);
        const line = reads[i % reads.length] === true ? reader.next() : undefined;
        if (line !== undefined) lines.push([line.bytes.toString('latin1'), line.ending, line.tooLong]);
      }
      lines.push(...drain(reader));
      assert.deepEqual(lines, expected(text, 20));
    }),
    { numRuns: 2000 },
  );
});

test('rest() takes what has not been read, however it came', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{0,9}$/), stream, cuts, (line, rest, cutting) => {
      const reader = new LineReader(100_000);
      for (const chunk of cutting(latin1(`${line}\r\n${rest}`))) reader.push(chunk);
      assert.equal(reader.next()?.bytes.toString(), line);
      assert.equal(reader.buffered, rest.length);
      assert.equal(reader.rest().toString('latin1'), rest);
      assert.equal(reader.buffered, 0);
      assert.equal(reader.next(), undefined);
      reader.push(latin1('fresh\r\n'));
      assert.deepEqual(drain(reader), [['fresh', 'crlf', false]]);
    }),
  );
});

test('rest() includes the beginning of a line that was already looked at', () => {
  const { lines, rest } = read([latin1('DATA\r\nfirst'), latin1(' second')], 100);
  assert.deepEqual(lines, [['DATA', 'crlf', false]]);
  assert.equal(rest, 'first second');
});

test('next() holds the limit, line ending included', () => {
  for (const cutting of [(octets: Buffer) => [octets], byteByByte]) {
    const long = (length: number): Buffer => latin1(`${'x'.repeat(length - 2)}\r\nQUIT\r\n`);
    assert.deepEqual(read(cutting(long(2048)), 2048).lines, [
      ['x'.repeat(2046), 'crlf', false],
      ['QUIT', 'crlf', false],
    ]);
    assert.deepEqual(read(cutting(long(2049)), 2048).lines, [
      ['xxxxxxxxx', 'crlf', true],
      ['QUIT', 'crlf', false],
    ]);
  }
});

test('limit may change between two lines', () => {
  const reader = new LineReader(8);
  reader.push(latin1(`123456\r\n1234567\r\n${'a'.repeat(90)}\r\n123456\r\n1234567\r\n`));
  assert.deepEqual([reader.next()?.tooLong, reader.next()?.tooLong], [false, true]);
  reader.limit = 92;
  assert.equal(reader.next()?.tooLong, false);
  reader.limit = 8;
  assert.deepEqual([reader.next()?.tooLong, reader.next()?.tooLong], [false, true]);
});

test('buffered stays within the limit while an overlong line comes in', () => {
  const reader = new LineReader(2048);
  for (let i = 0; i < 100; i += 1) {
    reader.push(Buffer.alloc(1000, 'x'));
    assert.equal(reader.next(), undefined);
    assert.ok(reader.buffered < 2048, `${reader.buffered} octets held`);
  }
  reader.push(latin1('\r\nNOOP\r\n'));
  assert.deepEqual(drain(reader), [
    ['xxxxxxxxx', 'crlf', true],
    ['NOOP', 'crlf', false],
  ]);
});

test('buffered is nothing from the octet on with which a line must become too long', () => {
  const reader = new LineReader(100);
  reader.push(Buffer.alloc(99, 'x'));
  assert.equal(reader.next(), undefined);
  assert.equal(reader.buffered, 99);
  reader.push(latin1('x'));
  assert.equal(reader.next(), undefined);
  assert.equal(reader.buffered, 0);
});

test('next() copies nothing of lines that arrive whole', () => {
  const chunk = latin1('MAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n');
  const reader = new LineReader(2048);
  reader.push(chunk);
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    assert.equal(line.bytes.buffer, chunk.buffer);
  }
});

test('next() copies an unfinished line, so that the chunk is free', () => {
  const chunk = latin1('MAIL FR');
  const reader = new LineReader(2048);
  reader.push(chunk);
  assert.equal(reader.next(), undefined);
  chunk.fill(0);
  reader.push(latin1('OM:<>\r\n'));
  assert.equal(reader.next()?.bytes.toString(), 'MAIL FROM:<>');
});

test('next() takes time in proportion to the octets', () => {
  const million = 1_000_000;
  const many = 100_000;
  assert.equal(read(byteByByte(Buffer.alloc(many, 'x')), 2 * many).rest.length, many);
  assert.equal(read([Buffer.alloc(million, '\n')], 100).lines.length, million);
  const reader = new LineReader(100);
  for (const chunk of byteByByte(Buffer.alloc(many, '\n'))) reader.push(chunk);
  assert.equal(drain(reader).length, many);
});
