import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodePunycode, encodePunycode } from './punycode.ts';

/** The samples of RFC 3492 section 7.1 that fit a label, in lower case. */
const SAMPLES: readonly (readonly [string, string])[] = [
  ['ليهمابتكلموشعربي؟', 'egbpdaj6bu4bxfgehfvwxn'],
  ['他们为什么不说中文', 'ihqwcrb4cv8a8dqg056pqjye'],
  ['他們爲什麽不說中文', 'ihqwctvzc91f659drss3x8bo0yb'],
  ['pročprostěnemluvíčesky', 'proprostnemluvesky-uyb24dma41a'],
  ['למההםפשוטלאמדבריםעברית', '4dbcagdahymbxekheh6e0a7fei0b'],
  ['почемужеонинеговорятпорусски', 'b1abfaaepdrnnbgefbadotcwatmq2g4l'],
  ['porquénopuedensimplementehablarenespañol', 'porqunopuedensimplementehablarenespaol-fmd56a'],
  ['tạisaohọkhôngthểchỉnóitiếngviệt', 'tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g'],
  ['3年b組金八先生', '3b-ww4c5e180e575a65lsy2b'],
  ['安室奈美恵-with-super-monkeys', '-with-super-monkeys-pc58ag80a8qai00g7n9n'],
  ['ひとつ屋根の下2', '2-u9tlzr9756bt3uc0v'],
  ['パフィーdeルンバ', 'de-jg4avhby1noc0d'],
  ['そのスピードで', 'd9juau41awczczp'],
];

/** At least one character beyond ASCII: only those labels are encoded. */
const label = fc
  .tuple(fc.array(fc.nat(0x10ffff), { maxLength: 20 }), fc.integer({ min: 0x80, max: 0xd7ff }))
  .map(([points, point]) => String.fromCodePoint(...points, point))
  .filter((text) => text.isWellFormed());

test('encodePunycode() and decodePunycode() agree with the samples of RFC 3492', () => {
  for (const [label, encoded] of SAMPLES) {
    assert.equal(encodePunycode(label), encoded);
    assert.equal(decodePunycode(encoded), label);
  }
});

test('decodePunycode() gives back what was encoded', () => {
  fc.assert(
    fc.property(label, (text) => {
      const encoded = encodePunycode(text);
      if (encoded !== undefined) assert.equal(decodePunycode(encoded), text);
    }),
  );
});

test('decodePunycode() refuses what is not Punycode', () => {
  for (const text of [
    '-',
    'abc_',
    'ab!',
    '9999999999',
    '99999999',
    'a-\u00e9',
    'bcher-kva!',
    'bcher-kv',
    '0',
  ]) {
    assert.equal(decodePunycode(text), undefined, text);
  }
});

test('decodePunycode() never gives surrogates or code points over U+10FFFF', () => {
  for (const surrogate of ['\ud800', 'a\udfff', '\udbff']) {
    assert.equal(decodePunycode(encodePunycode(surrogate) ?? assert.fail()), undefined);
  }
  assert.equal(decodePunycode('dn32g'), '\u{10ffff}');
  assert.equal(decodePunycode('en32g'), undefined);
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9-]{0,24}$/), (text) => {
      const decoded = decodePunycode(text);
      if (decoded !== undefined) assert.ok(decoded.isWellFormed());
    }),
  );
});

test('encodePunycode() and decodePunycode() refuse more than a label holds', () => {
  assert.equal(encodePunycode('a'.repeat(62)), `${'a'.repeat(62)}-`);
  assert.equal(encodePunycode('a'.repeat(63)), undefined);
  assert.equal(encodePunycode('ü'.repeat(1_000_000)), undefined);
  assert.notEqual(decodePunycode('a'.repeat(63)), undefined);
  assert.equal(decodePunycode('a'.repeat(64)), undefined);
});
