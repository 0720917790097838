import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLogin, resolveLogin } from './login.ts';
import type { LoginRules } from './login.ts';
import { anyText } from './testing/kit.ts';

const RULES: LoginRules = {
  defaultDomain: 'contoso.example',
  ntDomains: new Map([
    ['CONTOSO', 'contoso.example'],
    ['Branch-2', 'branch.example'],
  ]),
};

test('resolveLogin() takes each form of login', () => {
  for (const [login, address] of [
    ['alice@contoso.example', 'alice@contoso.example'],
    ['Alice@Contoso.EXAMPLE', 'alice@contoso.example'],
    ['"alice"@contoso.example', 'alice@contoso.example'],
    ['a/b@contoso.example', 'a/b@contoso.example'],
    ['alice@elsewhere.example', 'alice@elsewhere.example'],
    ['CONTOSO\\alice', 'alice@contoso.example'],
    ['contoso\\ALICE', 'alice@contoso.example'],
    ['CONTOSO/alice', 'alice@contoso.example'],
    ['branch-2/alice', 'alice@branch.example'],
    ['CONTOSO/alice/sales', 'alice@contoso.example'],
    ['alice', 'alice@contoso.example'],
    ['al.ice', 'alice@contoso.example'.replace('alice', 'al.ice')],
  ] as const) {
    assert.equal(resolveLogin(login, RULES), address, login);
  }
});

test('parseLogin() keeps the alias of DOMAIN/account/alias apart', () => {
  const login = parseLogin('CONTOSO/alice/Sales', RULES);
  assert.equal(login?.account.localKey, 'alice');
  assert.equal(login.alias?.localKey, 'sales');
  assert.equal(login.alias.domain, 'contoso.example');
  assert.equal(parseLogin('CONTOSO/alice', RULES)?.alias, undefined);
});

test('resolveLogin() of a bare account needs a default domain', () => {
  assert.equal(resolveLogin('alice', { ...RULES, defaultDomain: undefined }), undefined);
  assert.equal(resolveLogin('alice', { ntDomains: new Map() }), undefined);
});

test('resolveLogin() knows no domain that is not listed', () => {
  for (const login of [
    'OTHER\\alice',
    'OTHER/alice',
    '__proto__\\alice',
    'constructor/alice',
    'toString/alice/x',
  ]) {
    assert.equal(resolveLogin(login, RULES), undefined, login);
  }
  // U+212A KELVIN SIGN is no K, though toLowerCase() makes it one.
  assert.equal(
    resolveLogin('\u212AITCHEN\\alice', { ntDomains: new Map([['KITCHEN', 'k.example']]) }),
    undefined,
  );
  assert.equal(
    resolveLogin('kitchen\\alice', { ntDomains: new Map([['KITCHEN', 'k.example']]) }),
    'alice@k.example',
  );
});

test('resolveLogin() refuses rubbish', () => {
  for (const login of [
    '',
    ' ',
    'alice ',
    ' alice',
    '@',
    'alice@',
    '@contoso.example',
    'alice@@contoso.example',
    'alice@contoso.example@contoso.example',
    'CONTOSO\\alice@contoso.example',
    '\\alice',
    '/alice',
    'CONTOSO\\',
    'CONTOSO/',
    '/',
    '\\',
    '//',
    'CONTOSO//',
    'CONTOSO//sales',
    'CONTOSO/alice/',
    '/alice/sales',
    'CONTOSO/alice/sales/more',
    'CONTOSO\\alice\\sales',
    'CONTOSO\\alice/sales',
    'CONTOSO/alice\\sales',
    'alice\0',
    '\0',
    'CONTOSO\\al\0ice',
    'CONTOSO\0\\alice',
    'alice\r\n',
    'al ice',
    'al..ice',
    'm\u00FCller',
    '<alice@contoso.example>',
    '\uD800',
  ]) {
    assert.equal(resolveLogin(login, RULES), undefined, JSON.stringify(login));
  }
});

test('resolveLogin() treats names of object properties as any other', () => {
  assert.equal(resolveLogin('__proto__', RULES), '__proto__@contoso.example');
  assert.equal(resolveLogin('CONTOSO\\constructor', RULES), 'constructor@contoso.example');
});

test('resolveLogin() takes 320 octets at most, and a local part of 64', () => {
  // A domain in U-labels is longer in octets than in A-labels.
  assert.equal(resolveLogin(`${'a'.repeat(64)}@contoso.example`, RULES), `${'a'.repeat(64)}@contoso.example`);
  assert.equal(resolveLogin(`${'a'.repeat(65)}@contoso.example`, RULES), undefined);
  const rules = (name: string): LoginRules => ({ ntDomains: new Map([[name, 'contoso.example']]) });
  assert.equal(resolveLogin(`${'D'.repeat(314)}\\alice`, rules('D'.repeat(314))), 'alice@contoso.example');
  assert.equal(resolveLogin(`${'D'.repeat(315)}\\alice`, rules('D'.repeat(315))), undefined);
  assert.equal(resolveLogin(`${'\u00DC'.repeat(158)}\\alice`, rules('\u00DC'.repeat(158))), undefined);
});

test('resolveLogin() never throws, and what it returns it takes again', () => {
  const pieces = fc.constantFrom(
    'CONTOSO',
    'alice',
    '@',
    '\\',
    '/',
    '.',
    '"',
    ' ',
    '\0',
    'contoso.example',
    '__proto__',
  );
  const logins = fc.oneof(
    anyText,
    fc.array(pieces, { maxLength: 7 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(logins, (login) => {
      const address = resolveLogin(login, RULES);
      if (address !== undefined) assert.equal(resolveLogin(address, RULES), address);
    }),
    { numRuns: 500 },
  );
});
