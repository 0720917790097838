import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  MAX_PASSWORD_OCTETS,
  describePasswordProblem,
  generatePassword,
  preparePassword,
} from './password.ts';
import { anyText } from './testing/kit.ts';

function prepared(password: string): string {
  const result = preparePassword(password);
  return typeof result === 'string' ? `problem: ${result}` : result.toString('utf8');
}

test('preparePassword() leaves printable ASCII as it is, spaces and case included', () => {
  const ascii = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
  });
  fc.assert(fc.property(ascii, (password) => assert.equal(prepared(password), password)));
});

test('preparePassword() follows the examples of RFC 4013 section 3', () => {
  assert.equal(prepared('I\u00ADX'), 'IX');
  assert.equal(prepared('user'), 'user');
  assert.equal(prepared('USER'), 'USER');
  assert.equal(prepared('\u00AA'), 'a');
  assert.equal(prepared('\u2168'), 'IX');
  assert.equal(prepared('\u0007'), 'problem: characters');
  assert.equal(prepared('\u0627\u0031'), 'problem: characters');
});

test('preparePassword() makes the spellings of one text the same octets', () => {
  assert.equal(prepared('Mu\u0308ller\u00A0x'), prepared('M\u00FCller x'));
});

test('preparePassword() refuses what no password can be', () => {
  assert.equal(preparePassword(''), 'empty');
  for (const password of ['\0', 'a\nb', 'a\tb', '\u{1F600}', '\uD800', 'a\uFFFDb', '\u202Ex', '\u00AD']) {
    assert.equal(preparePassword(password), 'characters', JSON.stringify(password));
  }
});

test('preparePassword() takes 1024 octets and not 1025', () => {
  assert.equal(prepared('x'.repeat(MAX_PASSWORD_OCTETS)).length, 1024);
  assert.equal(preparePassword('x'.repeat(MAX_PASSWORD_OCTETS + 1)), 'tooLong');
  assert.equal(prepared('\u00FC'.repeat(512)), '\u00FC'.repeat(512));
  assert.equal(preparePassword(`${'\u00FC'.repeat(512)}x`), 'tooLong');
});

test('preparePassword() never throws', () => {
  fc.assert(
    fc.property(anyText, (password) => {
      const result = preparePassword(password);
      assert.ok(typeof result === 'string' || Buffer.isBuffer(result));
    }),
  );
});

test('generatePassword() makes six groups of four from letters and digits that are not mistaken', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 500; i += 1) {
    const password = generatePassword();
    assert.match(password, /^[abcdefghjkmnpqrtuvwxyz346789]{4}(?:-[abcdefghjkmnpqrtuvwxyz346789]{4}){5}$/);
    assert.equal(prepared(password), password);
    seen.add(password);
  }
  assert.equal(seen.size, 500);
  // 12,000 draws: each of the 28 characters comes, so that the alphabet is used whole (115 bits).
  assert.equal(new Set([...seen].join('').replaceAll('-', '')).size, 28);
});

test('describePasswordProblem() has words for each', () => {
  assert.equal(describePasswordProblem('empty'), 'The password is empty.');
  assert.equal(describePasswordProblem('tooLong'), 'The password is longer than 1024 octets.');
  assert.match(describePasswordProblem('characters'), /^The password holds a character/);
});
