import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAccount, parseMailAddress, parsePattern, parseSender } from './mailbox.ts';
import { isTextProblem } from './problem.ts';

test('parsePattern() reads addresses, domains, those below them and the null sender', () => {
  const any = { null: true };
  assert.deepEqual(parsePattern('Scan@Contoso.example', any), {
    kind: 'address',
    localKey: 'scan',
    domain: 'contoso.example',
  });
  assert.deepEqual(parsePattern('@Contoso.example.', any), { kind: 'domain', domain: 'contoso.example' });
  assert.deepEqual(parsePattern('@*.contoso.example', any), {
    kind: 'subdomains',
    domain: 'contoso.example',
  });
  assert.deepEqual(parsePattern('<>', any), { kind: 'null' });
  assert.ok(isTextProblem(parsePattern('<>', { null: false })));
});

test('parsePattern() never widens what was written', () => {
  for (const text of [
    '',
    '*',
    '@',
    '@*',
    '*@contoso.example',
    's*@contoso.example',
    'contoso.example',
    '*.contoso.example',
    '.contoso.example',
    '@.contoso.example',
    '@*contoso.example',
    '@*.*',
    '@a..b',
    'a@b@c.example',
    '<a@b.example>',
    'a@[192.0.2.1]',
  ]) {
    assert.ok(isTextProblem(parsePattern(text, { null: true })), text);
  }
});

test('parsePattern() names the pattern that is meant', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['contoso.example', 'Write "@contoso.example" for every address at that domain.'],
    ['*@contoso.example', 'Write "@contoso.example" for every address at that domain.'],
    ['.contoso.example', 'Write "@*.contoso.example" for every domain below contoso.example.'],
    ['*@*.contoso.example', 'Write "@*.contoso.example" for every domain below contoso.example.'],
    ['*', 'To leave the grant open to every address, remove the list.'],
  ];
  for (const [text, remedy] of cases) {
    const problem = parsePattern(text, { null: true });
    assert.ok(isTextProblem(problem), text);
    assert.equal(problem.remedy, remedy, text);
  }
});

test('parseAccount() writes an account as it is stored', () => {
  assert.equal(parseAccount('Alice@Contoso.example'), 'alice@contoso.example');
  assert.equal(parseAccount('"Alice"@contoso.example'), 'alice@contoso.example');
  assert.equal(parseAccount('"a b"@contoso.example'), '"a b"@contoso.example');
  for (const text of ['alice', 'CONTOSO\\alice', '', '@contoso.example'])
    assert.ok(isTextProblem(parseAccount(text)), text);
});

test('parseSender() reads the null reverse-path', () => {
  assert.deepEqual(parseSender('<>'), { path: null });
  assert.ok(isTextProblem(parseSender('<a@b.example>')));
});

test('the parsers of addresses never throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseMailAddress(text);
      parseAccount(text);
      parseSender(text);
      parsePattern(text, { null: true });
    }),
  );
});
