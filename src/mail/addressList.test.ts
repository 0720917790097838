import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LONGEST_ADDRESS_LIST, MOST_ADDRESSES, parseAddressList } from './addressList.ts';
import { AddressTokens } from './addressTokens.ts';

/** The addresses, or `unparsable`. */
function addresses(value: string): readonly string[] | 'unparsable' {
  const list = parseAddressList(value);
  return list === 'unparsable' ? list : list.map(({ address }) => address);
}

test('parseAddressList() finds the addresses in everything RFC 5322 lets stand around them', () => {
  const samples: readonly (readonly [string, readonly string[]])[] = [
    ['bob@b.test', ['bob@b.test']],
    [' \t<Bob@B.test> ', ['Bob@b.test']],
    ['Bob Smith <bob@b.test>', ['bob@b.test']],
    ['"Smith, Bob" <bob@b.test>', ['bob@b.test']],
    ['John Q. Public <bob@b.test>', ['bob@b.test']],
    [String.raw`"a \" < > @ ( , ; : \\ b"<bob@b.test>`, ['bob@b.test']],
    ['=?utf-8?Q?B=C3=B6b?= =?utf-8?B?QEA8Pg==?= <bob@b.test>', ['bob@b.test']],
    ['Böb \u{1f600} <böb@bücher.test>', ['böb@xn--bcher-kva.test']],
    ['a@b.test,c@d.test , e@f.test', ['a@b.test', 'c@d.test', 'e@f.test']],
    ['"a b"@c.test', ['"a b"@c.test']],
    ['"<x@y.test>"@c.test', ['"<x@y.test>"@c.test']],
    ['bob@[192.0.2.1]', ['bob@[192.0.2.1]']],
    ['bob (a (nested) comment, <x@y.test>) @ (\\)) b.test (end)', ['bob@b.test']],
    ['(a)(b) (c) Bob (d) < (e) bob@b.test (f) > (g)', ['bob@b.test']],
    ['Friends: a@b.test, C <c@d.test>; , e@f.test', ['a@b.test', 'c@d.test', 'e@f.test']],
    ['nobody:; , "a" b: (nobody) ; , e@f.test', ['e@f.test']],
    ['Bob\r\n Smith\r\n\t<bob@b.test>', ['bob@b.test']],
    ['__proto__@constructor', ['__proto__@constructor']],
  ];
  for (const [value, expected] of samples) assert.deepEqual(addresses(value), expected, value);
});

test('parseAddressList() takes nothing where two readers could see different addresses', () => {
  const bad = [
    ['', 'nothing'],
    ['   ', 'blanks'],
    ['()', 'a comment'],
    ['bob', 'no domain'],
    ['bob@', 'no domain after the @'],
    ['@b.test', 'no local part'],
    ['<>', 'an empty path'],
    ['undisclosed-recipients:;', 'a group of nobody'],
    ['"boss@b.test":;', 'a group of nobody that is called like an address'],
    ['a:;, b: (nobody) ;', 'groups of nobody'],
    ['Bob <>', 'an empty path with a name'],
    ['bob@b.test,', 'a comma at the end'],
    [',bob@b.test', 'a comma at the beginning'],
    ['a@b.test,,c@d.test', 'an empty place'],
    ['a@b.test c@d.test', 'no comma'],
    ['a@b.test <c@d.test>', 'an address for a name'],
    ['<c@d.test> a@b.test', 'an address behind'],
    ['<a@b.test><c@d.test>', 'two paths'],
    ['<a@b.test>, <c@d.test', 'an open path'],
    ['a@b.test>', 'a path that was not opened'],
    ['<<a@b.test>>', 'two brackets'],
    ['<@x.test:a@b.test>', 'a route'],
    ['<@x.test,@y.test:a@b.test>', 'routes'],
    ['a.b .c@d.test', 'a blank within a local part'],
    ['a. b@d.test', 'a blank after a dot'],
    ['"a"b@d.test', 'two words before the @'],
    ['"a".b@d.test', 'an obsolete local part'],
    ['a@b. test', 'a blank within a domain'],
    ['a@b.test.', undefined],
    ['a@b@c.test', 'two @'],
    ['a@"b.test"', 'a quoted domain'],
    ['.a@b.test', 'a dot at the beginning'],
    ['a..b@b.test', 'two dots'],
    ['.Bob <a@b.test>', 'a name that begins with a dot'],
    ['"bob <a@b.test>', 'an open string'],
    ['"bob\\', 'an open pair'],
    ['(bob <a@b.test>', 'an open comment'],
    ['bob) <a@b.test>', 'a comment that was not opened'],
    ['a@[192.0.2.1', 'an open literal'],
    ['a@[192.0.2.999]', 'no address in a literal'],
    ['a@b_c.test', 'no domain'],
    ['a@BÜCHER.test', 'a domain that would have to be folded'],
    ['a: b: c@d.test;;', 'a group in a group'],
    ['a: c@d.test', 'an open group'],
    ['a: c@d.test,;', 'an empty place in a group'],
    [': c@d.test;', 'a group without a name'],
    ['c@d.test;', 'the end of no group'],
    ['a\0@b.test', 'NUL'],
    ['"a\0" <a@b.test>', 'NUL in a string'],
    ['(\0) a@b.test', 'NUL in a comment'],
    ['a@b.test\r', 'a lone CR'],
    ['a\n <c@d.test>', 'a lone LF'],
    ['a@b.test\r\nX: y', 'another field'],
    ['a\u202e@b.test', 'an override'],
    ['a\u2028<b@c.test>'.replace('<', '@'), 'a line separator'],
    ['\ud800@b.test', 'a lone surrogate'],
  ] as const;
  for (const [value, what] of bad) {
    if (what === undefined) assert.notEqual(addresses(value), 'unparsable');
    else assert.equal(addresses(value), 'unparsable', what);
  }
});

test('parseAddressList() holds its limits', () => {
  const many = Array.from({ length: MOST_ADDRESSES }, (_, i) => `a${i}@b.test`);
  assert.equal(addresses(many.join(',')).length, MOST_ADDRESSES);
  assert.equal(addresses([...many, 'x@b.test'].join(',')), 'unparsable');
  const padded = (length: number): string => 'a@b.test'.padEnd(length);
  assert.deepEqual(addresses(padded(LONGEST_ADDRESS_LIST)), ['a@b.test']);
  assert.equal(addresses(padded(LONGEST_ADDRESS_LIST + 1)), 'unparsable');
  assert.deepEqual(addresses(`${'('.repeat(32)}${')'.repeat(32)}a@b.test`), ['a@b.test']);
  assert.equal(addresses(`${'('.repeat(33)}${')'.repeat(33)}a@b.test`), 'unparsable');
  assert.equal(addresses(`${'a'.repeat(64)}@b.test`).length, 1);
  assert.equal(addresses(`${'a'.repeat(65)}@b.test`), 'unparsable');
});

const blank = fc.constantFrom('', ' ', '\t', '\r\n ', '(c)', ' (c (d) \\) "<x@y.test>) ', '()');
const word = fc.constantFrom('Bob', 'Q.', '"a, <b@c.test>"', '""', '=?utf-8?Q?=40?=', 'ö', "o'x");
const name = fc
  .array(fc.tuple(word, blank), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().join(' '));
const local = fc.constantFrom('bob', 'a.b', '"a b"', '"@"', 'ö', "x'y");
const domain = fc.constantFrom('b.test', 'x.y.test', '[192.0.2.1]');

test('parseAddressList() gives back the addresses that were written', () => {
  const address = fc.tuple(local, domain).map((parts) => parts.join('@'));
  const mailbox = fc.tuple(address, blank, blank, fc.option(name)).map(([text, left, right, display]) => ({
    text,
    written:
      display === null ? `${left}${text}${right}` : `${left}${display}${right}<${left}${text}${right}>`,
  }));
  fc.assert(
    fc.property(fc.array(mailbox, { minLength: 1, maxLength: 6 }), fc.boolean(), (list, group) => {
      const written = list.map((entry) => entry.written).join(',');
      const texts = list.map((entry) => entry.text);
      assert.deepEqual(addresses(group ? `g: ${written};` : written), texts);
      assert.equal(addresses(`${written} x`), 'unparsable');
    }),
    { numRuns: 1000 },
  );
});

test('parseAddressList() never throws, and what it gives it takes again', () => {
  // prettier-ignore
  const piece = fc.constantFrom('@', '"', '(', ')', '<', '>', ',', ';', ':', '\\', '.', ' ', '\r\n ', 'a', 'b.test', '[', ']', '\0', 'ö');
  const text = fc.oneof(
    fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points)),
    fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (value) => {
      const found = addresses(value);
      if (found !== 'unparsable' && found.length > 0) assert.deepEqual(addresses(found.join(', ')), found);
    }),
    { numRuns: 2000 },
  );
});

test('next() takes as many steps as there are tokens, and passes comments in one go', () => {
  for (const piece of [
    '@',
    '"',
    '(',
    '.',
    '<',
    '""',
    '()',
    '\\',
    ',',
    'a ',
    '(\\',
    '[',
    '"\\',
    ':',
    ';',
    '( ',
    ' ',
  ]) {
    const tokens = new AddressTokens(piece.repeat(10_000));
    let steps = 0;
    for (let kind = ''; kind !== 'end' && kind !== 'bad'; steps += 1) ({ kind } = tokens.next());
    assert.ok(steps <= 10_001, `${piece}: ${steps}`);
  }
});

test('parseAddressList() takes time in proportion to the length, and none for what is too long', () => {
  const time = (text: string): number => {
    const start = process.hrtime.bigint();
    parseAddressList(text);
    return Number(process.hrtime.bigint() - start);
  };
  for (const piece of [
    '@',
    '"',
    '(',
    '.',
    '<',
    '""',
    '()',
    '\\',
    ',',
    'a ',
    '"\\',
    ':',
    'a:;,',
    ' ',
    '\r\n ',
    'a@b.test,',
  ]) {
    assert.equal(addresses(piece.repeat(1_000_000)), 'unparsable');
    const best = (length: number): number =>
      Math.min(...Array.from({ length: 5 }, () => time(piece.repeat(length / piece.length))));
    const [short, long] = [best(1000), best(16_000)];
    // Sixteen times as long takes sixteen times the time; quadratic would be 256 times. Short times are all noise.
    assert.ok(long < 5e6 || long < 100 * short, `${piece}: ${short} ns, ${long} ns`);
  }
});
