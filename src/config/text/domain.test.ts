import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRoutePattern, parseAddressLiteral, parseDomainName, parseRoutePattern } from './domain.ts';
import { isTextProblem } from './problem.ts';

test('parseRoutePattern() reads domains and those below them', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['contoso.example', 'contoso.example'],
    ['CONTOSO.Example.', 'contoso.example'],
    ['*.contoso.example', '*.contoso.example'],
    ['*.bücher.example', '*.xn--bcher-kva.example'],
    ['localdomain', 'localdomain'],
  ];
  for (const [text, expected] of cases) {
    const pattern = parseRoutePattern(text);
    assert.ok(!isTextProblem(pattern), text);
    assert.equal(formatRoutePattern(pattern), expected);
  }
});

test('parseRoutePattern() never widens what was written', () => {
  for (const text of [
    '',
    '*',
    '*.',
    '*.*',
    '**.a.example',
    '*a.example',
    'a.*.example',
    '.a.example',
    '*..a.example',
    '@a.example',
    'a@b.example',
    'a.example,b.example',
    'a.example b.example',
    '192.0.2.1',
    '[192.0.2.1]',
    'a..example',
    '/./',
    '#a.example',
  ]) {
    assert.ok(isTextProblem(parseRoutePattern(text)), text);
  }
});

test('parseRoutePattern() names both meanings of a dot before a domain', () => {
  for (const text of ['.contoso.example', '*contoso.example', '*..contoso.example']) {
    const problem = parseRoutePattern(text);
    assert.ok(isTextProblem(problem));
    assert.equal(
      problem.remedy,
      'Write contoso.example for that domain, or "*.contoso.example" for every domain below it.',
    );
  }
});

test('parseDomainName() takes no pattern', () => {
  assert.equal(parseDomainName('Contoso.Example.'), 'contoso.example');
  assert.ok(isTextProblem(parseDomainName('*.contoso.example')));
});

test('parseAddressLiteral() reads literals in canonical form', () => {
  assert.equal(parseAddressLiteral('[192.0.2.1]'), '[192.0.2.1]');
  assert.equal(parseAddressLiteral('[ipv6:2001:DB8::0:1]'), '[IPv6:2001:db8::1]');
  for (const text of ['192.0.2.1', '[2001:db8::1]', '[]', '[a.example]'])
    assert.ok(isTextProblem(parseAddressLiteral(text)), text);
});

test('parseRoutePattern() never throws, and what it takes it writes and reads again', () => {
  const piece = fc.constantFrom(
    'a',
    'B',
    'é',
    '.',
    '*',
    '@',
    '-',
    '_',
    ' ',
    '[',
    ']',
    'xn--',
    '1',
    '\u0000',
    'İ',
    '。',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        fc.string(),
      ),
      (text) => {
        const pattern = parseRoutePattern(text);
        if (!isTextProblem(pattern))
          assert.deepEqual(parseRoutePattern(formatRoutePattern(pattern)), pattern);
        parseAddressLiteral(text);
      },
    ),
    { numRuns: 1000 },
  );
});
