import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignRemedy } from './foreign.ts';
import { isNode, jsonSchema, propertiesOf } from './jsonSchema.ts';
import type { SchemaNode } from './jsonSchema.ts';

/** Every key of the configuration, at any depth. */
function keysOf(node: SchemaNode): readonly string[] {
  const own = propertiesOf(node).flatMap(([key, child]) => [key, ...keysOf(child)]);
  const others = [node.items, node.additionalProperties, ...(node.anyOf ?? [])].filter(isNode);
  return [...own, ...others.flatMap(keysOf)];
}

test('foreignRemedy() knows the words of other servers, however they are written', () => {
  for (const key of ['relayhost', 'relay_host', 'RelayHost', 'smarthost', 'smart-host']) {
    assert.match(foreignRemedy(key) ?? '', /routing: \{ outbound: /, key);
  }
  assert.match(foreignRemedy('mynetworks') ?? '', /relay\.allow/);
  assert.equal(foreignRemedy('networks'), undefined);
  assert.equal(foreignRemedy(''), undefined);
});

test('foreignRemedy() has nothing to say about a key of ours', () => {
  const keys = keysOf(jsonSchema());
  assert.ok(keys.length > 80);
  for (const key of keys) assert.equal(foreignRemedy(key), undefined, key);
});
