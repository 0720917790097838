import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeAccountProblem } from './problem.ts';
import type { AccountProblem } from './problem.ts';

test('describeAccountProblem() says what is wrong and with which address', () => {
  const address = 'sales@contoso.example';
  const account = 'alice@contoso.example';
  const words: [AccountProblem, string][] = [
    [{ problem: 'exists', address }, 'There is an account sales@contoso.example already.'],
    [{ problem: 'notFound', address, aliasOf: undefined }, 'There is no account sales@contoso.example.'],
    [
      { problem: 'notFound', address, aliasOf: account },
      'sales@contoso.example is an alias of the account alice@contoso.example. Name the account.',
    ],
    [
      { problem: 'addressTaken', address, account },
      'sales@contoso.example belongs to the account alice@contoso.example.',
    ],
    [
      { problem: 'notAlias', address, account },
      'sales@contoso.example is not an alias of alice@contoso.example.',
    ],
    [
      { problem: 'primaryAddress', address },
      "sales@contoso.example is the account's primary address. It goes only when the account is removed.",
    ],
    [
      { problem: 'badAddress', text: 'sales\n', error: { error: 'noDomain', position: 5 } },
      '"sales\\n" is not an address. The address has no domain.',
    ],
    [{ problem: 'badPassword', error: 'empty' }, 'The password is empty.'],
  ];
  for (const [problem, text] of words) assert.equal(describeAccountProblem(problem), text);
});
