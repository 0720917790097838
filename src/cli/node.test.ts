import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeProblem } from './node.ts';

test('nodeProblem() takes the least version and everything above', () => {
  for (const version of ['24.7.0', '24.10.1', '25.0.0', '26.10.0', '100.0.0', process.versions.node]) {
    assert.equal(nodeProblem(version), undefined, version);
  }
});

test('nodeProblem() names both versions when Node is too old', () => {
  assert.equal(nodeProblem('20.20.2'), 'Postern needs Node 24.7 or later, and this is Node 20.20.2');
  for (const version of ['24.6.9', '23.9.0', '9.0.0', '']) assert.ok(nodeProblem(version) !== undefined);
});
