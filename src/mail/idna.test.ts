import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainToASCII } from 'node:url';
import { parseDomain } from './domain.ts';
import { fromALabel, toALabel } from './idna.ts';

test('toALabel() and fromALabel() lead to one another', () => {
  for (const label of [
    'bücher',
    'straße',
    '日本語',
    'भारत',
    'क्\u200dष',
    'نامه\u200cای',
    'col·lecció',
    'א״ב',
    'abc語',
  ]) {
    const ascii = toALabel(label);
    assert.ok(ascii !== undefined, label);
    assert.equal(fromALabel(ascii), label);
    assert.equal(parseDomain(`${label}.test`), `${ascii}.test`);
  }
  assert.equal(parseDomain('xn--.test'), undefined);
  assert.equal(parseDomain('xn--abc-.test'), undefined);
  for (const ascii of ['xn--99999999', 'xn--a', 'xn--bcher_kva']) {
    assert.equal(fromALabel(ascii), undefined, ascii);
  }
});

test('toALabel() holds the contextual rules of RFC 5892', () => {
  const allowed = [
    ['l·l', 'a middle dot between two l'],
    ['α͵β', 'a keraia before Greek'],
    ['א׳', 'a geresh after Hebrew'],
    ['אב״ג', 'gershayim after Hebrew'],
    ['ア・イ', 'a middle dot in Katakana'],
    ['・日', 'a middle dot before Han'],
    ['ا٠١', 'Arabic-Indic digits'],
    ['ا۰۱', 'extended Arabic-Indic digits'],
    ['क्\u200cष', 'a non-joiner after a virama'],
    ['क्\u200dष', 'a joiner after a virama'],
    ['می\u200cخواهم', 'a non-joiner between letters that join'],
    ['بّ\u200cّب', 'a non-joiner between letters that join, over marks'],
    ['ب\u200cا', 'a non-joiner before a letter that joins back'],
    ['\u06fd\u06fe', 'Sindhi signs'],
    ['\u0f0bཀ', 'a tsheg'],
    ['一〇', 'an ideographic zero'],
  ] as const;
  for (const [label, what] of allowed) assert.notEqual(toALabel(label), undefined, what);
  const refused = [
    ['a·l', 'a middle dot after another letter'],
    ['l·a', 'a middle dot before another letter'],
    ['l·', 'a middle dot at the end'],
    ['·l', 'a middle dot at the beginning'],
    ['α͵a', 'a keraia before Latin'],
    ['α͵', 'a keraia at the end'],
    ['׳א', 'a geresh before Hebrew'],
    ['a׳', 'a geresh after Latin'],
    ['״', 'gershayim alone'],
    ['a・b', 'a Japanese middle dot in Latin'],
    ['・', 'a Japanese middle dot alone'],
    ['ا٠۱', 'two kinds of Arabic digits'],
    ['क\u200cष', 'a non-joiner after no virama'],
    ['क\u200dष', 'a joiner after no virama'],
    ['\u200dक', 'a joiner at the beginning'],
    ['a\u200cü', 'a non-joiner in Latin'],
    ['ا\u200cب', 'a non-joiner after a letter that does not join on'],
    ['ب\u200c', 'a non-joiner at the end'],
    ['ب\u200ca', 'a non-joiner before Latin'],
    ['ب\u200cء', 'a non-joiner before a letter that joins nothing'],
  ] as const;
  for (const [label, what] of refused) assert.equal(toALabel(label), undefined, what);
});

test('parseDomain() holds the Bidi rule of RFC 5893', () => {
  const allowed = [
    'אב.test',
    'א1.test',
    'א-ב.test',
    'א٠.test',
    'אְ.test',
    'אב.גד.test',
    'a1.אב',
    'ü.אב',
    'xn--4dbc.ü.test',
  ];
  for (const name of allowed) assert.notEqual(parseDomain(name), undefined, name);
  const refused = [
    ['1א.test', 'a digit first'],
    ['٠א.test', 'an Arabic digit first'],
    ['אa.test', 'Latin in Hebrew'],
    ['aא.test', 'Hebrew in Latin'],
    ['א1٠.test', 'two kinds of digits'],
    ['1a.אב.test', 'another label with a digit first'],
    ['xn--4dbc.1ü.test', 'another label with a digit first, beside an A-label'],
    ['٠.test', 'an Arabic digit alone'],
  ] as const;
  for (const [name, what] of refused) assert.equal(parseDomain(name), undefined, what);
  assert.equal(parseDomain('1ü.test'), 'xn--1-eha.test');
});

/** Letters, marks and digits of the first plane, without Han and Hangul, which are all alike. */
function* characters(): Iterable<string> {
  for (let point = 0x80; point <= 0xffff; point += 1) {
    if ((point >= 0x3100 && point < 0xa000) || (point >= 0xac00 && point < 0xfb00)) continue;
    const character = String.fromCodePoint(point);
    if (/^[\p{L}\p{M}\p{Nd}]$/u.test(character)) yield character;
  }
}

/** What the platform's tables, which are older than ours, do not know: a virama of Unicode 14, late Arabic letters. */
function isNew(character: string): boolean {
  return /[\u1715\u0870-\u08ff]/.test(character);
}

test('toALabel() takes joiners after the same characters as the URL standard', () => {
  const differing: string[] = [];
  let viramas = 0;
  for (const character of characters()) {
    if (isNew(character) || !/^\p{M}$/u.test(character) || toALabel(`ก${character}`) === undefined) continue;
    const label = `ก${character}\u200dก`;
    const ours = toALabel(label) !== undefined;
    if (ours) viramas += 1;
    if (ours !== (domainToASCII(label) !== '')) differing.push(label);
  }
  assert.deepEqual(differing, []);
  assert.ok(viramas > 30);
});

test('parseDomain() holds the Bidi rule for every character like the URL standard', () => {
  const differing: string[] = [];
  for (const character of characters()) {
    // Marks have one class, but which characters are marks differs with the version of Unicode.
    if (isNew(character) || /^\p{M}$/u.test(character)) continue;
    for (const label of [
      `א${character}`,
      `a${character}`,
      `${character}א`,
      `א${character}1`,
      `${character}1`,
    ]) {
      const alone = toALabel(label) !== undefined;
      if (alone && (parseDomain(label) === undefined) !== (domainToASCII(label) === ''))
        differing.push(label);
    }
  }
  assert.deepEqual(differing, []);
});
