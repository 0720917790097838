/** Exchange as it was exported: whole configurations, every remark, and decisions on a grid. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importExchange } from '../../src/import/mod.ts';
import type { Importing } from '../../src/import/mod.ts';
import { casesOf, checkGrid, inputsOf, optionsOf, policyOf, readCase, remarksText } from './cases.ts';
import type { Case } from './cases.ts';

function imported(one: Case): Importing {
  const [first, ...others] = inputsOf(one);
  assert.ok(first !== undefined);
  const options = optionsOf(one);
  const hostname = options.find((option) => option.startsWith('--hostname='))?.slice('--hostname='.length);
  return importExchange([first, ...others], {
    hostname,
    doNotReroute: options.includes('--do-not-reroute'),
  });
}

for (const one of casesOf('exchange')) {
  test(`importExchange() of ${one.name} writes the configuration that is expected`, () => {
    const importing = imported(one);
    assert.ok('yaml' in importing);
    assert.equal(importing.yaml, readCase(one, 'expected.yaml'));
  });

  test(`importExchange() of ${one.name} tells what it could not carry over`, () => {
    assert.equal(remarksText(imported(one)), readCase(one, 'remarks.txt'));
  });

  test(`importExchange() of ${one.name} decides as the old server is documented to`, () => {
    checkGrid(one, policyOf(imported(one)));
  });
}
