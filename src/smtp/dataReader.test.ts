import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DataSummary } from './contentReader.ts';
import { DataReader } from './dataReader.ts';
import { byteByByte, cuts, latin1 } from './testing/splits.ts';

const END = '\r\n.\r\n';

interface Result {
  readonly content: string;
  readonly consumed: number;
  readonly done: boolean;
  readonly summary: DataSummary;
  readonly pieces: number;
}

function read(chunks: readonly Buffer[], repairBareLf = false, maxSize = 1e9): Result {
  const reader = new DataReader({ repairBareLf, maxSize });
  const content: Buffer[] = [];
  let consumed = 0;
  let done = false;
  for (const chunk of chunks) {
    if (done) break;
    const step = reader.push(chunk);
    content.push(...step.pieces);
    consumed += step.consumed;
    done = step.done;
    if (!done) assert.equal(step.consumed, chunk.length);
  }
  const text = Buffer.concat(content).toString('latin1');
  return { content: text, consumed, done, summary: reader.summary(), pieces: content.length };
}

/** The definition, on the whole text, as plainly as it can be written. */
function expected(text: string, repair: boolean): Omit<Result, 'pieces'> {
  const end = text.startsWith('.\r\n') ? 0 : text.indexOf(END) + 2;
  const raw = text.slice(0, end);
  const lines = raw.split('\r\n').map((line) => line.replace(/^\./, ''));
  const unstuffed = lines.join('\r\n');
  const content = repair ? unstuffed.replace(/\r\n|\r|\n/g, '\r\n') : unstuffed;
  const header = content.startsWith('\r\n') ? '' : (content.split('\r\n\r\n', 1)[0] ?? '');
  const summary: DataSummary = {
    size: content.length,
    tooBig: false,
    bareCr: /\r(?!\n)/.test(raw),
    bareLf: /(?<!\r)\n/.test(raw),
    nul: raw.includes('\0'),
    eightBit: /[\x80-\xff]/.test(raw),
    longestLine: Math.max(0, ...content.split('\r\n').map((line) => line.length + 2)) * (end > 0 ? 1 : 0),
    lineTooLong: content.split('\r\n').some((line) => line.length + 2 > 1000),
    received: header.split('\r\n').filter((line) => /^received[ \t]*:/i.test(line)).length,
  };
  return { content, consumed: end + 3, done: true, summary };
}

// prettier-ignore
const piece = fc.constantFrom(
  '\r', '\n', '.', '\r\n', '\r\n', '\r\n.', '\r\n..', '\r\n.\r', '\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r',
  '\r\n\r\n', 'Received:', 'RECEIVED :', 'received\t', 'Receive', 'X-Received:', 'R', ':', ' ', '\t', '\0',
  '\xff', '\x8a', '\x8d', '\xae', 'a', 'text', 'y'.repeat(998), 'z'.repeat(999),
);
const message = fc.array(piece, { maxLength: 25 }).map((parts) => `${parts.join('')}${END}`);

test('push() agrees with the definition however the octets are cut', () => {
  fc.assert(
    fc.property(message, cuts, fc.boolean(), (text, cutting, repair) => {
      const { pieces, ...result } = read(cutting(latin1(`${text}QUIT\r\n`)), repair);
      assert.deepEqual(result, expected(text, repair));
      assert.ok(pieces >= 0);
    }),
    { numRuns: 5000 },
  );
});

test('push() ends at CRLF.CRLF and at no other combination of line ends and dots', () => {
  const breaks = [
    '',
    '\r',
    '\n',
    '\r\n',
    '\n\r',
    '\r\r',
    '\n\n',
    '\r\r\n',
    '\r\n\0',
    '\x8d\x8a',
    '\r\n ',
    '\u0085',
  ];
  const dots = ['.', '..', '. ', '\xae', '.\0'];
  for (const before of breaks) {
    for (const dot of dots) {
      for (const after of breaks) {
        const attempt = `text${before}${dot}${after}`;
        const ends = attempt.includes(END);
        for (const repair of [false, true]) {
          const whole = latin1(`${attempt}MAIL FROM:<evil@x.test>\r\n`);
          assert.equal(read([whole], repair).done, ends, JSON.stringify(attempt));
          assert.equal(read(byteByByte(whole), repair).done, ends, JSON.stringify(attempt));
        }
      }
    }
  }
});

test('push() takes a dot at the very beginning for the end of an empty message', () => {
  for (const chunks of [[latin1('.\r\nQUIT')], byteByByte(latin1('.\r\nQUIT'))]) {
    const { content, consumed, done, summary } = read(chunks);
    assert.deepEqual([content, consumed, done, summary.size], ['', 3, true, 0]);
  }
  assert.equal(read([latin1('..\r\n.\r\n')]).content, '.\r\n');
});

test('push() leaves what follows the end of data alone', () => {
  const reader = new DataReader({ repairBareLf: false, maxSize: 100 });
  const chunk = latin1('a\r\n.\r\n\0\xff\n\r');
  const step = reader.push(chunk);
  assert.deepEqual([step.done, step.consumed], [true, 6]);
  const { nul, eightBit, bareCr, bareLf } = reader.summary();
  assert.deepEqual([nul, eightBit, bareCr, bareLf], [false, false, false, false]);
  assert.throws(() => reader.push(latin1('x')), /after the end of data/);
});

test('push() gives an ordinary message as one slice of its chunk', () => {
  const text = `Received: by x\r\nSubject: y\r\n\r\n${`${'x'.repeat(74)}\r\n`.repeat(50)}`;
  const chunk = latin1(`${text}.\r\nNOOP\r\n`);
  const step = new DataReader({ repairBareLf: false, maxSize: 1e6 }).push(chunk);
  assert.equal(step.pieces.length, 1);
  assert.equal(step.pieces[0]?.buffer, chunk.buffer);
  assert.equal(step.pieces[0]?.toString('latin1'), text);
});

test('push() repairs every lone CR and LF, and lets no repaired dot end anything', () => {
  const { content, summary } = read([latin1(`a\nb\rc\r\nd\n.\n.\re\r\n.\nf\r\n.\rg${END}`)], true);
  assert.equal(content, 'a\r\nb\r\nc\r\nd\r\n.\r\n.\r\ne\r\n\r\nf\r\n\r\ng\r\n');
  assert.deepEqual([summary.bareCr, summary.bareLf], [true, true]);
  fc.assert(
    fc.property(message, cuts, (text, cutting) => {
      assert.doesNotMatch(read(cutting(latin1(text)), true).content, /\r(?!\n)|(?<!\r)\n/);
    }),
  );
});

test('summary() holds the limit of size, and the end is still found', () => {
  const text = latin1(`12345678${END}`);
  for (const chunks of [[text], byteByByte(text)]) {
    const fits = read(chunks, false, 10);
    assert.deepEqual([fits.summary.tooBig, fits.summary.size, fits.content], [false, 10, '12345678\r\n']);
    const over = read(chunks, false, 9);
    assert.deepEqual([over.summary.tooBig, over.summary.size, over.done], [true, 10, true]);
    assert.ok(over.content.length <= 9);
  }
});

test('push() drops everything after the size is exceeded', () => {
  const reader = new DataReader({ repairBareLf: true, maxSize: 5 });
  assert.equal(reader.push(latin1('1234')).pieces.length, 1);
  for (let i = 0; i < 10; i += 1) assert.deepEqual(reader.push(latin1('ab\ncd\r\n..x')).pieces, []);
  assert.equal(reader.push(latin1(END)).done, true);
});

test('summary() counts text lines over 1000 octets, CRLF included, stuffed dot not', () => {
  const tooLong = (text: string): boolean => read([latin1(`${text}${END}`)]).summary.lineTooLong;
  assert.equal(tooLong('x'.repeat(998)), false);
  assert.equal(tooLong('x'.repeat(999)), true);
  assert.equal(tooLong(`..${'x'.repeat(997)}`), false);
  assert.equal(tooLong(`..${'x'.repeat(998)}`), true);
});

test('summary() knows the longest line, the one that has not ended included', () => {
  const longest = (text: string, repairBareLf = false): number => {
    const reader = new DataReader({ repairBareLf, maxSize: 1e9 });
    for (const octets of byteByByte(latin1(text))) reader.push(octets);
    return reader.summary().longestLine;
  };
  assert.equal(longest(''), 0);
  assert.equal(longest('.'), 0);
  assert.equal(longest('.\r\n'), 0);
  assert.equal(longest('abc'), 3);
  assert.equal(longest('..abc'), 4);
  assert.equal(longest('abc\r\nab'), 5);
  assert.equal(longest('abc\nabcdef\r\n'), 12);
  assert.equal(longest('abc\nabcdef\r\n', true), 8);
  assert.equal(longest('x'.repeat(131_072)), 131_072);
});

test('push() finds the same end in every form of end-of-data, split at every octet', () => {
  // Only where CRLF.CRLF is in what the client sent does a second envelope begin.
  const forms = [
    '\n.\n',
    '\n.\r\n',
    '\r\n.\n',
    '\r.\r',
    '\r.\n',
    '\n.\r',
    '\r.\r\n',
    '\r\n.\r',
    '\r\n\0.\r\n',
    '\r\n.\0\r\n',
    '\r\n..\r\n',
    '\r\n. \r\n',
    '\r\n .\r\n',
    '\r\n.\t\r\n',
    '\n\n.\n\n',
    '\r\r.\r\r',
    '\r\n.\r\r\n',
    '\r\r\n.\r\r\n',
    '\r\n\x85.\x85',
    '\x8d\x8a.\x8d\x8a',
    '\x0b.\x0b',
    '\x0c.\x0c',
    '\n\r.\n\r',
    '\r\n\xae\r\n',
    '\r\n\xef\xbb\xbf.\r\n',
    '\r\n.\r\n',
  ];
  assert.equal(new Set(forms).size, 26);
  for (const form of forms) {
    const whole = latin1(`text${form}MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\nevil${END}`);
    const right = whole.indexOf(END, 0, 'latin1') + END.length;
    for (const repair of [false, true]) {
      for (let at = 0; at <= whole.length; at += 1) {
        const { consumed, done } = read([whole.subarray(0, at), whole.subarray(at)], repair);
        assert.deepEqual([consumed, done], [right, true], JSON.stringify([form, at]));
      }
      assert.equal(read(byteByByte(whole), repair).consumed, right);
    }
  }
});

test('summary() counts the Received fields of the header alone', () => {
  const received = (text: string): number => read([latin1(`${text}${END}`)]).summary.received;
  const field = 'Received: from a\r\n by b\r\n';
  assert.equal(received(field.repeat(100)), 100);
  assert.equal(received(`${field}RECEIVED: x\r\nreceived \t: y\r\n\r\n${field}`), 3);
  assert.equal(received(`\r\n${field}`), 0);
  assert.equal(
    received(`Subject: x\r\n Received: folded\r\nReceivedX: y\r\nReceived\r\nX-Received: z\r\n`),
    0,
  );
  assert.equal(received(`.Received: stuffed\r\n..Received: dot\r\n`), 1);
});

test('push() takes attacker-chosen field names as text', () => {
  assert.equal(read([latin1(`__proto__: x\r\nconstructor: y${END}`)]).summary.received, 0);
});

test('push() takes time in proportion to the octets, whatever they are', () => {
  const million = 1_000_000;
  for (const unit of [
    '\n',
    '\r',
    '.',
    '\r\n',
    '\r\n.',
    '\n.',
    '\r\n.\r',
    'Received',
    '\0',
    '\r\n..\r\n',
    ':',
  ]) {
    const text = latin1(`${unit.repeat(million / 4)}${END}`);
    const chunks = Array.from({ length: Math.ceil(text.length / 65_536) }, (_, i) =>
      text.subarray(i * 65_536, (i + 1) * 65_536),
    );
    for (const repair of [false, true]) {
      const { done, summary, pieces } = read(chunks, repair);
      assert.equal(done, true);
      assert.ok(summary.size > 0);
      assert.ok(pieces <= 65 * chunks.length, `${pieces} pieces`);
    }
  }
});
