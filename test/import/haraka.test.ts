/** Haraka as it was configured: whole configurations, every remark, and decisions on a grid. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importHaraka } from '../../src/import/mod.ts';
import type { Importing } from '../../src/import/mod.ts';
import { casesOf, checkGrid, policyOf, readCase, remarksText } from './cases.ts';
import type { Case } from './cases.ts';

function imported({ folder }: Case): Importing {
  const importing = importHaraka(folder, { hostname: undefined });
  // Certificates are named with the whole path of the folder.
  return 'yaml' in importing
    ? { ...importing, yaml: importing.yaml.replaceAll(folder, '/etc/haraka') }
    : importing;
}

for (const one of casesOf('haraka')) {
  test(`importHaraka() of ${one.name} writes the configuration that is expected`, () => {
    const importing = imported(one);
    assert.ok('yaml' in importing);
    assert.equal(importing.yaml, readCase(one, 'expected.yaml'));
  });

  test(`importHaraka() of ${one.name} tells what it could not carry over`, () => {
    assert.equal(remarksText(imported(one)), readCase(one, 'remarks.txt'));
  });

  test(`importHaraka() of ${one.name} decides as the old server is documented to`, () => {
    checkGrid(one, policyOf(imported(one)));
  });
}
