import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { parseDomain, superdomains } from './domain.ts';

const name = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,10}[a-zA-Z0-9])?$/), { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join('.'))
  .filter((text) => !/(^|\.)[0-9]+$/.test(text) && !/(^|\.)xn--/i.test(text));

test('parseDomain() folds A to Z and drops one trailing dot', () => {
  assert.equal(parseDomain('Mail.Contoso.EXAMPLE'), 'mail.contoso.example');
  assert.equal(parseDomain('contoso.example.'), 'contoso.example');
  assert.equal(parseDomain('localhost'), 'localhost');
  assert.equal(parseDomain('a--b.3com.x-1'), 'a--b.3com.x-1');
  fc.assert(
    fc.property(name, (text) => {
      const domain = parseDomain(text);
      assert.equal(domain, text.toLowerCase());
      assert.equal(parseDomain(`${text}.`), domain);
      assert.equal(domain === undefined ? undefined : parseDomain(domain), domain);
    }),
  );
});

test('parseDomain() refuses what is not a name and repairs nothing', () => {
  const bad = [
    ['', 'nothing'],
    ['.', 'the root'],
    ['..', 'two dots'],
    ['.a.test', 'a leading dot'],
    ['a..test', 'an empty label'],
    ['a.test..', 'two trailing dots'],
    ['-a.test', 'a leading hyphen'],
    ['a-.test', 'a trailing hyphen'],
    ['a_b.test', 'an underscore'],
    ['__proto__', 'underscores'],
    ['inbound.test/..', 'a path'],
    ['inbound.test:25', 'a port'],
    ['in bound.test', 'a space'],
    [' inbound.test', 'a leading space'],
    ['inbound.test\n', 'a line feed'],
    ['inbound.test\0', 'a NUL'],
    ['in%62ound.test', 'a percent escape'],
    ['*.inbound.test', 'an asterisk'],
    ['192.0.2.1', 'an IPv4 address'],
    ['0x7f.1', 'an IPv4 address in hexadecimal'],
    ['mail.123', 'a top label of digits'],
    ['123', 'digits'],
    ['[192.0.2.1]', 'a literal'],
    ['a@b.test', 'an address'],
  ] as const;
  for (const [text, what] of bad) assert.equal(parseDomain(text), undefined, what);
});

test('parseDomain() takes attacker-chosen names as names', () => {
  assert.equal(parseDomain('constructor'), 'constructor');
  assert.equal(parseDomain('toString.valueOf'), 'tostring.valueof');
});

test('parseDomain() holds the limits of a label and of a name', () => {
  const label = 'a'.repeat(63);
  assert.equal(parseDomain(`${label}.test`), `${label}.test`);
  assert.equal(parseDomain(`${label}a.test`), undefined);
  const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;
  assert.equal(longest.length, 253);
  assert.equal(parseDomain(longest), longest);
  assert.equal(parseDomain(`${longest}.`), longest);
  assert.equal(parseDomain(`a${longest}`), undefined);
  assert.equal(parseDomain(`${label}.${label}.${label}.${'a'.repeat(62)}`), undefined);
});

test('parseDomain() converts U-labels', () => {
  const samples = [
    ['bücher.example', 'xn--bcher-kva.example'],
    ['Bücher.EXAMPLE.', 'xn--bcher-kva.example'],
    ['straße.test', 'xn--strae-oqa.test'],
    ['βόλος.test', 'xn--nxasmm1c.test'],
    ['βόλοσ.test', 'xn--nxasmq6b.test'],
    ['ısı.test', 'xn--s-ekab.test'],
    ['日本語.jp', 'xn--wgv71a119e.jp'],
    ['пример.испытание', 'xn--e1afmkfd.xn--80akhbyknj4f'],
    ['भारत.test', 'xn--h2brj9c.test'],
  ] as const;
  for (const [text, ascii] of samples) assert.equal(parseDomain(text), ascii);
});

test('parseDomain() refuses U-labels that would have to be mapped, folded or repaired', () => {
  const bad = [
    ['BÜCHER.example', 'a capital outside ASCII'],
    ['bu\u0308cher.example', 'not NFC'],
    ['ſ.test', 'LATIN SMALL LETTER LONG S'],
    ['\u212aelvin.test', 'KELVIN SIGN'],
    ['ｉnbound.test', 'a full-width letter'],
    ['ﬁsh.test', 'a ligature'],
    ['in\u00adbound.test', 'a soft hyphen'],
    ['in\u200bbound.test', 'a zero-width space'],
    ['in\u200dbound.test', 'a zero-width joiner'],
    ['inbound。test', 'an ideographic full stop'],
    ['inbound．test', 'a full-width full stop'],
    ['inbound․test', 'a one dot leader'],
    ['in／bound.test', 'a full-width solidus'],
    ['\u0308bc.test', 'a leading mark'],
    ['-ü.test', 'a leading hyphen'],
    ['ü-.test', 'a trailing hyphen'],
    ['ab--ü.test', 'hyphens in third and fourth place'],
    ['xn--ü.test', 'an A-label prefix'],
    ['I♥.test', 'a symbol'],
    ['①.test', 'a number that is no digit'],
    ['ab\u0640ü.test', 'an excluded letter'],
    ['ꭰa.test', 'a letter that folds to a capital'],
    ['ᲀa.test', 'a letter that folds to another'],
    ['ᾳ.test', 'a letter that folds to two'],
    ['a\ufe0fü.test', 'a variation selector'],
    ['\ud800.test', 'a lone surrogate'],
    ['ü..test', 'an empty label'],
    ['ü_b.test', 'an underscore'],
    ['ü.123', 'a top label of digits'],
  ] as const;
  for (const [text, what] of bad) assert.equal(parseDomain(text), undefined, what);
});

test('parseDomain() holds the limit of a label for A-labels', () => {
  const fits = `${'a'.repeat(55)}ü`;
  const converted = parseDomain(`${fits}.test`);
  assert.equal(converted?.indexOf('.'), 63);
  assert.equal(parseDomain(`a${fits}.test`), undefined);
});

test('parseDomain() takes A-labels that are well encoded', () => {
  assert.equal(parseDomain('XN--BCHER-KVA.example'), 'xn--bcher-kva.example');
  assert.equal(parseDomain('xn--i-7iq.ws'), 'xn--i-7iq.ws');
  assert.equal(parseDomain('xn--.test'), undefined);
  assert.equal(parseDomain('xn--abc-.test'), undefined);
  assert.equal(parseDomain('xn--99999999.test'), undefined);
  assert.equal(parseDomain('xn--a-ecp.test'), 'xn--a-ecp.test');
  assert.equal(parseDomain('xn--bcher_kva.test'), undefined);
});

test('parseDomain() agrees with the URL standard wherever it accepts a U-label', () => {
  const character = fc.oneof(
    fc.constantFrom('ü', 'ß', 'ς', 'é', 'č', '語', '日', 'д', 'ж', 'अ', 'ा', 'क', 'ก', '한', 'ə', 'ł'),
    fc.constantFrom('a', 'z', '0', '-', 'X', 'Ü', '\u0308', 'ſ', '．', '。', '\u200b', '%', '/', '_'),
    fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
    fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)),
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 8 }), (characters) => {
      const domain = parseDomain(`${characters.join('')}.test`);
      if (domain === undefined) return;
      accepted += 1;
      assert.match(domain, /^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
      assert.equal(parseDomain(domain), domain);
      const standard = domainToASCII(`${characters.join('')}.test`);
      // The standard also applies the rules for right-to-left labels, and then gives nothing.
      if (standard !== '') assert.equal(domain, standard);
    }),
    { numRuns: 2000 },
  );
  assert.ok(accepted > 50, `only ${accepted} names were accepted`);
});

test('parseDomain() agrees with the URL standard on every character of the first plane', () => {
  const differing: string[] = [];
  for (let point = 0x80; point <= 0xffff; point += 1) {
    const text = `a${String.fromCodePoint(point)}.test`;
    const domain = parseDomain(text);
    const standard = domain === undefined ? '' : domainToASCII(text);
    if (standard !== '' && standard !== domain) differing.push(point.toString(16));
  }
  assert.deepEqual(differing, []);
});

test('parseDomain() of a U-label is the domain of its A-label', () => {
  for (const text of ['bücher.example', 'straße.test', 'भारत.test', '日本語.jp']) {
    const domain = parseDomain(text);
    assert.ok(domain);
    assert.equal(domainToUnicode(domain), text);
    assert.equal(parseDomain(domainToUnicode(domain)), domain);
  }
});

test('parseDomain() takes overlong text in its stride', () => {
  for (const piece of ['a', '.', 'a.', '-', 'ü', 'xn--', '\u0308', '@']) {
    assert.equal(parseDomain(piece.repeat(1_000_000)), undefined);
  }
});

test('superdomains() lists the domains above, most specific first', () => {
  const domain = parseDomain('a.b.c.test');
  const top = parseDomain('test');
  assert.ok(domain && top);
  assert.deepEqual(superdomains(domain), ['b.c.test', 'c.test', 'test']);
  assert.deepEqual(superdomains(top), []);
});
