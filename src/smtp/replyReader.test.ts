import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseEhlo, ReplyReader, type ReceivedReply } from './replyReader.ts';
import { byteByByte, cuts, latin1 } from './testing/splits.ts';

function read(chunks: readonly Buffer[]): (ReceivedReply | 'malformed')[] {
  const reader = new ReplyReader();
  const replies: (ReceivedReply | 'malformed')[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
      replies.push(reply);
      if (reply === 'malformed') return replies;
    }
  }
  return replies;
}

const readText = (text: string): (ReceivedReply | 'malformed')[] => read([latin1(text)]);

test('next() does not wait for the end of a line that is too long already', () => {
  assert.deepEqual(readText('2'.repeat(4095)), []);
  assert.deepEqual(readText('2'.repeat(4096)), ['malformed']);
  assert.deepEqual(read(byteByByte(latin1('2'.repeat(5000)))), ['malformed']);
});

test('next() gives replies of one and of many lines', () => {
  assert.deepEqual(readText('220 mx.test ESMTP\r\n250-mx.test\r\n250-SIZE 100\r\n250 HELP\r\n354\r\n'), [
    { code: 220, status: undefined, lines: ['mx.test ESMTP'] },
    { code: 250, status: undefined, lines: ['mx.test', 'SIZE 100', 'HELP'] },
    { code: 354, status: undefined, lines: [''] },
  ]);
  assert.deepEqual(readText('250-\n250 \n'), [{ code: 250, status: undefined, lines: ['', ''] }]);
});

test('next() gives the enhanced status when its class is that of the code', () => {
  const status = (text: string): string | undefined => {
    const [reply] = readText(text);
    assert.ok(reply !== undefined && reply !== 'malformed');
    return reply.status;
  };
  assert.equal(status('550 5.1.1 no such user\r\n'), '5.1.1');
  assert.equal(status('550 5.1.1\r\n'), '5.1.1');
  assert.equal(status('451-4.7.123 wait\r\n451 4.7.123 a little\r\n'), '4.7.123');
  for (const text of [
    '550 4.1.1 x',
    '550 5.1 x',
    '550 5.1.1x',
    '550 5.1.1.1 x',
    '550 5.1.1234 x',
    '550  5.1.1 x',
    '354 3.0.0 x',
  ]) {
    assert.equal(status(`${text}\r\n`), undefined, text);
  }
});

test('next() gives the same replies however the octets are cut', () => {
  const part = fc.constantFrom(
    '250',
    '550',
    '-',
    ' ',
    '\r\n',
    '\r\n',
    '\n',
    'text',
    '5.1.1',
    '\r',
    '\xff',
    '\0',
    '25',
    '999',
  );
  const line = fc.constantFrom('250-a\r\n', '250 b\r\n', '550 5.1.1 c\r\n', '354\r\n', '421-\n', '421 x\n');
  const stream = fc
    .array(fc.oneof({ weight: 3, arbitrary: line }, part), { maxLength: 15 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(stream, cuts, (text, cutting) => {
      assert.deepEqual(read(cutting(latin1(text))), readText(text));
    }),
    { numRuns: 2000 },
  );
});

test('next() stays malformed after what is no reply', () => {
  for (const text of [
    'hello\r\n',
    '25\r\n',
    '2500 x\r\n',
    '250_x\r\n',
    '150 x\r\n',
    '650 x\r\n',
    '\r\n',
    '250-a\r\n550 b\r\n',
    ' 250 x\r\n',
    '٢٥٠ x\r\n',
  ]) {
    const reader = new ReplyReader();
    reader.push(Buffer.from(text));
    assert.equal(reader.next(), 'malformed', JSON.stringify(text));
    reader.push(latin1('250 fine\r\n'));
    assert.equal(reader.next(), 'malformed');
  }
});

test('next() holds the limits of a line and of the number of lines', () => {
  const line = (length: number): string => `250 ${'x'.repeat(length - 6)}\r\n`;
  assert.equal(readText(line(4096)).length, 1);
  assert.notEqual(readText(line(4096))[0], 'malformed');
  assert.deepEqual(readText(line(4097)), ['malformed']);
  const lines = (count: number): string => `${'250-x\r\n'.repeat(count - 1)}250 x\r\n`;
  assert.notEqual(readText(lines(100))[0], 'malformed');
  assert.deepEqual(readText(lines(101)), ['malformed']);
});

test('next() holds a peer that floods to a bound', () => {
  const reader = new ReplyReader();
  for (let i = 0; i < 1000; i += 1) {
    reader.push(Buffer.alloc(10_000, 'x'));
    assert.equal(reader.next(), 'malformed');
    assert.ok(reader.buffered <= 10_000);
  }
});

test('buffered tells of octets that no reply has been made of', () => {
  const reader = new ReplyReader();
  reader.push(latin1('220 ready\r\n250 injected\r\n'));
  assert.notEqual(reader.next(), undefined);
  assert.equal(reader.buffered, 14);
  assert.notEqual(reader.next(), undefined);
  assert.equal(reader.buffered, 0);
});

test('buffered counts the lines of an unfinished reply', () => {
  const reader = new ReplyReader();
  for (const chunk of byteByByte(latin1('250-a\r\n'))) {
    reader.push(chunk);
    assert.equal(reader.next(), undefined);
    assert.ok(reader.buffered > 0);
  }
});

test('parseEhlo() gives the extensions by keyword', () => {
  const [reply] = readText(
    '250-mx.test SIZE\r\n250-size 52428800\r\n250-PIPELINING\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH PLAIN\r\n' +
      '250-X_BAD one\r\n250-8BITMIME \r\n250-__proto__ x\r\n250-\r\n250 constructor\r\n',
  );
  assert.ok(reply !== undefined && reply !== 'malformed');
  assert.deepEqual(
    [...parseEhlo(reply)],
    [
      ['SIZE', '52428800'],
      ['PIPELINING', ''],
      ['AUTH', 'LOGIN PLAIN'],
      ['8BITMIME', ''],
      ['CONSTRUCTOR', ''],
    ],
  );
});
