import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LONGEST_ADDRESS_LIST } from './addressList.ts';
import { HeaderReader, type HeaderLimits } from './headerReader.ts';
import type { HeaderDefect, HeaderFacts } from './types.ts';

const WIDE: HeaderLimits = { size: 1e6, fields: 1e4 };

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Reads the content in the pieces given, and ends. */
function read(pieces: readonly Buffer[], limits = WIDE): HeaderFacts {
  const reader = new HeaderReader(limits);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return reader.facts();
}

function facts(text: string, limits = WIDE): HeaderFacts {
  return read([latin1(text)], limits);
}

function defects(text: string): readonly HeaderDefect[] {
  return [...facts(text).defects].sort();
}

function addresses(list: HeaderFacts['from']): readonly string[] | 'unparsable' {
  return list === 'unparsable' ? list : list.map(({ address }) => address);
}

const ORDINARY =
  'Received: from a\r\n by b\r\nDate: x\r\nFrom: Bob <bob@b.test>\r\nSender: carol@b.test\r\nTo: a@c.test,\r\n b@c.test\r\n' +
  'Bcc: secret@c.test\r\nSubject: x\r\nMessage-ID: <1@b.test>\r\nReply-To: x\r\nCc: y\r\n';

test('facts() tells what an ordinary header holds', () => {
  const { defects: none, bcc, from, sender, ...rest } = facts(`${ORDINARY}\r\nFrom: body\r\n\0\xff`);
  assert.deepEqual(rest, {
    complete: true,
    size: ORDINARY.length,
    fields: 10,
    tooLarge: false,
    counts: {
      from: 1,
      sender: 1,
      replyTo: 1,
      to: 1,
      cc: 1,
      bcc: 1,
      date: 1,
      messageId: 1,
      subject: 1,
      received: 1,
    },
  });
  assert.deepEqual([...none], []);
  assert.deepEqual(addresses(from), ['bob@b.test']);
  assert.deepEqual(addresses(sender), ['carol@b.test']);
  const cut = bcc.map(({ start, end }) => ORDINARY.slice(start, end));
  assert.deepEqual(cut, ['Bcc: secret@c.test\r\n']);
});

test('facts() of a message without a header, without a body, without anything', () => {
  for (const [text, size, fields] of [
    ['\r\nFrom: body\r\n', 0, 0],
    ['Subject: x\r\n', 12, 1],
    ['Subject: x', 10, 1],
    ['', 0, 0],
  ] as const) {
    const { complete, defects: none, ...rest } = facts(text);
    assert.deepEqual([complete, none.size, rest.size, rest.fields], [true, 0, size, fields], text);
    assert.deepEqual([rest.from, rest.sender], [[], []]);
  }
});

test('facts() is not complete before the empty line', () => {
  const reader = new HeaderReader(WIDE);
  for (const octet of latin1('From: a@b.test\r\n\r')) {
    reader.push(Buffer.from([octet]));
    assert.equal(reader.facts().complete, false);
  }
  // Another line may still belong to the field.
  assert.deepEqual(reader.facts().from, []);
  reader.push(latin1('\n'));
  assert.deepEqual([reader.facts().complete, addresses(reader.facts().from)], [true, ['a@b.test']]);
});

test('facts() names what is wrong', () => {
  const samples: readonly (readonly [string, readonly HeaderDefect[]])[] = [
    ['a line\r\n', ['noColon']],
    ['From bob Tue Nov 24\r\nFrom: a@b.test\r\n', ['noColon']],
    ['word\r\n', ['noColon']],
    ['word \r\n', ['noColon']],
    ['>From: x\r\n', []],
    [' folded\r\nX: y\r\n', ['noColon']],
    ['\tfolded\r\n', ['noColon']],
    [': x\r\n', ['badName']],
    ['F rom: x\r\n', ['badName']],
    ['Fr\0om: x\r\n', ['badName', 'nul']],
    ['Fr\tom: x\r\n', ['badName']],
    ['Fr\x7fom: x\r\n', ['badName']],
    ['F\xc3\xb6: x\r\n', ['badName', 'eightBit']],
    ['From : a@b.test\r\n', ['spaceBeforeColon']],
    ['From\t: a@b.test\r\n', ['spaceBeforeColon']],
    ['X: a\r\n \t\r\n b\r\n', ['blankFold']],
    ['X: a\r\n \r\n\r\n', ['blankFold']],
    ['X: a\r\n ', ['blankFold']],
    ['X:\r\n', []],
    ['X: \r\n', []],
    ['X: a\0\r\n', ['nul']],
    ['X: \xc3\xb6\r\n', ['eightBit']],
    ['X: \xf6\r\n', ['badUtf8', 'eightBit']],
    ['X: \xc3\r\n\xb6: y\r\n', ['badName', 'badUtf8', 'eightBit']],
    ['X: \xc3', ['badUtf8', 'eightBit']],
    ['X: \xed\xa0\x80\r\n', ['badUtf8', 'eightBit']],
    ['X: \xc0\xae\r\n', ['badUtf8', 'eightBit']],
    ['X: a\rY: b\r\n', ['bareCr']],
    ['X: a\r\r\n', ['bareCr']],
    ['X: a\r', ['bareCr']],
    ['X: a\nY: b\r\n', ['bareLf']],
    ['X: a\n\nbody\r\n', ['bareLf']],
    ['X: a\r\n\nY: b\r\n', ['badName', 'bareLf']],
    ['X: a\r\n\rY: b\r\n', ['badName', 'bareCr']],
    ['X: a\r\n\r', ['bareCr', 'noColon']],
  ];
  for (const [text, expected] of samples) assert.deepEqual(defects(text), expected, JSON.stringify(text));
});

test('facts() takes a line for a field of its own when it only looks as if it ended the header', () => {
  for (const end of ['\n', '\r', '\n\n', ' \r\n', '\0\r\n', '.\r\n']) {
    const { fields, size, defects: some } = facts(`X: a\r\n${end}From: a@b.test\r\n\r\nbody`);
    assert.ok(some.size > 0, JSON.stringify(end));
    assert.equal(size, `X: a\r\n${end}From: a@b.test\r\n`.length, JSON.stringify(end));
    assert.ok(fields >= 1);
  }
});

test('facts() counts names in any case and no others', () => {
  const { counts } = facts(
    'FROM: a\r\nfrom : b\r\nFrom: c\r\nFromage: d\r\nX-From: e\r\n__proto__: f\r\nconstructor: g\r\nFrom\r\nReply_To: h\r\n' +
      'MESSAGE-ID: i\r\nMessage-ID-And-More-Than-Is-Kept: j\r\n\u212aIND: k\r\n',
  );
  assert.deepEqual([counts.from, counts.messageId, counts.replyTo], [3, 1, 0]);
  assert.deepEqual(Object.keys(counts).length, 10);
});

test('facts() gathers the addresses of all From fields, and none when one cannot be read', () => {
  const both = facts('From: a@b.test\r\nX: y\r\nFROM: c@d.test,\r\n\te@f.test\r\n').from;
  assert.deepEqual(addresses(both), ['a@b.test', 'c@d.test', 'e@f.test']);
  assert.equal(facts('From: a@b.test\r\nFrom: c@d.test x\r\n').from, 'unparsable');
  assert.equal(facts('From:\r\n').from, 'unparsable');
  assert.equal(facts('From: \xf6@b.test\r\n').from, 'unparsable');
  assert.equal(facts('From: a@b.test\r\nSender: x\r\n').sender, 'unparsable');
  const utf8 = read([Buffer.from('From: ö <ö@b.test>\r\n')]);
  assert.deepEqual(addresses(utf8.from), ['ö@b.test']);
  // A line that is no continuation for us must not be one in the address either.
  assert.equal(facts('From: a@b.test\n x\r\n').from, 'unparsable');
  assert.equal(facts('From: a@b.test\r x\r\n').from, 'unparsable');
});

test('facts() holds the limit of an address field', () => {
  const field = (length: number): string => `From:${'a@b.test'.padEnd(length - 2)}\r\n`;
  assert.deepEqual(addresses(facts(field(LONGEST_ADDRESS_LIST)).from), ['a@b.test']);
  for (const length of [LONGEST_ADDRESS_LIST + 1, 10 * LONGEST_ADDRESS_LIST]) {
    assert.equal(facts(field(length)).from, 'unparsable');
  }
  const sender = facts(`${field(LONGEST_ADDRESS_LIST + 1)}Sender: c@d.test\r\n`).sender;
  assert.deepEqual(addresses(sender), ['c@d.test']);
});

test('facts() tells where Bcc fields stand, whatever surrounds them', () => {
  const parts = [
    'X: a\r\n',
    'Bcc: a@b.test,\r\n c@d.test\r\n',
    'BCC :\r\n',
    'Y: b\r\n',
    'Resent-Bcc: e\r\n',
    'Bcc: f',
  ];
  const text = parts.join('');
  const cut = facts(text).bcc.map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(cut, [parts[1], parts[2], parts[4], parts[5]]);
  assert.equal(facts(text).counts.bcc, 3);
  const last = facts('X: a\r\nBcc: b\r\n\r\nBcc: body\r\n').bcc;
  assert.deepEqual(last, [{ start: 6, end: 14 }]);
  // What follows is a line of its own, though it begins with a lone CR.
  assert.deepEqual(facts('Bcc: b\r\n\rX: y\r\n').bcc, [{ start: 0, end: 8 }]);
  assert.deepEqual(facts('Bcc: b\r\n\r').bcc, [{ start: 0, end: 8 }]);
});

test('push() holds the limit of octets, however they come', () => {
  const header = 'Subject: 890\r\n';
  for (const [text, fits] of [
    [`${header}\r\nbody`, true],
    [header, true],
    [`X${header}\r\nbody`, false],
    [`X${header}`, false],
    [`${header}X`, false],
    [`${header}X: y\r\n`, false],
    [`${header}\r`, false],
  ] as const) {
    for (const pieces of [[latin1(text)], Array.from(latin1(text), (octet) => Buffer.from([octet]))]) {
      const { tooLarge, complete } = read(pieces, { size: header.length, fields: 10 });
      assert.deepEqual([tooLarge, complete], [!fits, fits], JSON.stringify(text));
    }
  }
});

test('push() holds the limit of fields, what is none included', () => {
  for (const line of ['X: y\r\n', 'no colon\r\n', ': x\r\n']) {
    const fits = facts(line.repeat(3), { size: 1000, fields: 3 });
    assert.deepEqual([fits.tooLarge, fits.fields], [false, 3]);
    const over = facts(line.repeat(1000), { size: 10_000, fields: 3 });
    assert.deepEqual([over.tooLarge, over.complete, over.fields], [true, false, 4]);
  }
});

test('push() stops where the header is over or too large', () => {
  const reader = new HeaderReader({ size: 20, fields: 3 });
  reader.push(latin1('X: y\r\n\r\n'));
  const before = reader.facts();
  for (const text of ['From: a@b.test\r\n', '\r\n', 'x'.repeat(1000)]) reader.push(latin1(text));
  reader.end();
  assert.deepEqual(reader.facts(), before);
});

// prettier-ignore
const piece = fc.constantFrom(
  '\r\n', '\r\n', '\r', '\n', ' ', '\t', ':', 'From: a@b.test\r\n', 'Bcc: x\r\n', 'from', 'From :', 'Sender: ', 'Received: x', 'X: y\r\n',
  '\0', '\xff', '\xc3', '\xb6', 'a@b.test', ', ', '"', '(', '<', '__proto__: x\r\n', '\r\n\r\n', 'z'.repeat(40),
);
const content = fc.array(piece, { maxLength: 30 }).map((parts) => latin1(parts.join('')));
const places = fc.array(fc.nat(300), { maxLength: 8 });

test('push() gives the same facts however the octets are cut', () => {
  fc.assert(
    fc.property(content, places, fc.constantFrom(WIDE, { size: 60, fields: 4 }), (octets, cuts, limits) => {
      const whole = read([octets], limits);
      const sorted = [0, ...cuts.map((place) => place % (octets.length + 1)), octets.length].sort(
        (a, b) => a - b,
      );
      const pieces = sorted.slice(1).map((end, i) => octets.subarray(sorted[i], end));
      assert.deepEqual(read(pieces, limits), whole);
      assert.deepEqual(
        read(
          Array.from(octets, (octet) => Buffer.from([octet])),
          limits,
        ),
        whole,
      );
    }),
    { numRuns: 1500 },
  );
});

test('facts() agrees with the definition', () => {
  fc.assert(
    fc.property(content, (octets) => {
      const text = octets.toString('latin1');
      const { size, fields, bcc, counts } = facts(text);
      const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n') + 2;
      const header = end === 1 ? text : text.slice(0, end);
      assert.equal(size, header.length);
      const unfolded = header
        .split(/\r\n(?![ \t])/)
        .filter((line, i, all) => i < all.length - 1 || line !== '');
      assert.equal(fields, unfolded.length);
      const named = (name: RegExp): number => unfolded.filter((line) => name.test(line)).length;
      assert.equal(counts.from, named(/^from[ \t]*:/i));
      assert.equal(counts.received, named(/^received[ \t]*:/i));
      assert.equal(counts.bcc, named(/^bcc[ \t]*:/i));
      for (const { start, end: stop } of bcc) assert.match(text.slice(start, stop), /^bcc[ \t]*:/i);
      assert.equal(bcc.length, counts.bcc);
    }),
    { numRuns: 3000 },
  );
});

test('push() keeps no more than its limits, whatever comes', () => {
  for (const unit of [
    '@',
    '"',
    '(',
    '.',
    ':',
    '\r',
    '\n',
    '\0',
    'From:',
    'From: a@b.test\r\n',
    'Bcc:\r\n',
    ' \r\n',
    '\xc3',
  ]) {
    const reader = new HeaderReader({ size: 262_144, fields: 1000 });
    const chunk = latin1(`From: ${unit.repeat(65_536 / unit.length)}`);
    for (let i = 0; i < 16; i += 1) reader.push(chunk);
    reader.end();
    const { tooLarge, fields, bcc } = reader.facts();
    assert.deepEqual([tooLarge, fields <= 1001, bcc.length <= 1000], [true, true, true], unit);
  }
});
