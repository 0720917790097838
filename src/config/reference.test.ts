import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { alternativesOf, annotatedSchema, isNode, nodeAt, propertiesOf } from './jsonSchema.ts';
import type { SchemaNode } from './jsonSchema.ts';
import { configurationReference, formatProblems, jsonSchema, parseConfig } from './mod.ts';
import { flow } from './words.ts';

/** Every key of the schema with its path. */
function keys(node: SchemaNode, path: string): (readonly [string, SchemaNode])[] {
  return alternativesOf(node).flatMap((option) => [
    ...propertiesOf(option).flatMap(([key, child]) => [
      [`${path}${key}`, child] as const,
      ...keys(child, `${path}${key}.`),
    ]),
    ...(isNode(option.items) ? keys(option.items, path) : []),
    ...(isNode(option.additionalProperties) ? keys(option.additionalProperties, path) : []),
  ]);
}

test('every key has a description, and a default or a reason to have none', () => {
  const all = keys(annotatedSchema(), '');
  assert.ok(all.length > 90, String(all.length));
  for (const [path, node] of all)
    assert.ok((node.description ?? '').length > 5, `${path} has no description`);
});

test('configurationReference() has a row for every key', () => {
  const text = configurationReference();
  for (const [path] of keys(annotatedSchema(), '')) {
    const last = path.split('.').at(-1) ?? '';
    assert.match(text, new RegExp(`^(?:\\| \`[^\`]*\\b${last}\`|## ${last}$)`, 'm'), path);
  }
  assert.doesNotMatch(text, /undefined|\[object/);
});

test('every example and every default of the reference is taken', () => {
  for (const [path, node] of keys(annotatedSchema(), '')) {
    for (const value of [...(node.examples ?? []), ...(node.default === undefined ? [] : [node.default])]) {
      const text = JSON.stringify(withValue(path, value)); // JSON is YAML
      const reading = parseConfig(text, 'f');
      const problems = 'problems' in reading ? formatProblems(reading.problems, { color: false }) : '';
      assert.equal(problems, '', `${path}: ${flow(value)} in ${text}`);
    }
  }
});

/** A configuration in which every name of the examples means something. */
const WORLD = {
  hostname: 'mail.contoso.example',
  listeners: { local: { bind: ['127.0.0.1:2525'] }, devices: { bind: ['10.1.0.5:2525'] } },
  routing: { domains: [{ domain: 'contoso.example', inbound: true }] },
  relay: { allow: [{ name: 'office', from: ['10.0.0.1'] }] },
};

/** Keys of the file that are lists of groups. */
const LISTS: ReadonlySet<string> = new Set(['tests', 'proxies', 'filters', 'etrn']);

/** What must stand beside a key; `undefined` takes a key of the world away. */
const BESIDE = new Map<string, Readonly<Record<string, unknown>>>([
  ['routing.domains.domain', { inbound: true }],
  ['routing.domains.forward', { domain: 'x.example' }],
  ['routing.domains.rewrite', { domain: 'x.example' }],
  ['routing.domains.protectFrom', { domain: 'x.example', inbound: true }],
  ['routing.outbound.mayReach', { mx: true }],
  ['relay.never.name', { from: ['10.0.0.2'] }],
  ['relay.never.from', { name: 'x' }],
  ['relay.allow.name', { from: ['10.0.0.2'] }],
  ...['authenticated', 'from', 'connectingTo', 'senders', 'recipients', 'until', 'limit', 'sendAs'].map(
    (key) => [`relay.allow.${key}`, { name: 'x', authenticated: true }] as const,
  ),
  ...['burst', 'per'].map((key) => [`relay.allow.limit.${key}`, { rate: '9/hour' }] as const),
  ...['bind', 'for', 'greetingDelay', 'tls', 'authWithoutTls', 'compat'].map(
    (key) => [`listeners.${key}`, { bind: ['127.0.0.1:2526'] }] as const,
  ),
  ...['name', 'from', 'recipient', 'by'].map(
    (key) => [`tests.${key}`, { from: '10.0.0.1', recipient: 'a@b.example', expect: 'relayed' }] as const,
  ),
  ['proxies.header', { address: '10.0.0.2' }],
  ['clients.dnsLists.answers', { zone: 'list.example' }],
  ['clients.dnsLists.action', { zone: 'list.example' }],
  ...['name', 'senders', 'from', 'action'].map(
    (key) => [`filters.${key}`, { name: 'x', from: ['10.0.0.2'] }] as const,
  ),
  ...['domain', 'from', 'accounts'].map(
    (key) => [`etrn.${key}`, { domain: 'x.example', from: ['10.0.0.2'] }] as const,
  ),
  ['tls.certificate', { key: './key.pem' }],
  ['tls.key', { certificate: './cert.pem' }],
]);

/** The world with one value at the path of its key. Entries of lists and named groups are added to those there are. */
function withValue(path: string, value: unknown): unknown {
  const [outer = '', ...others] = path.split('.');
  const last = others.at(-1);
  if (last === undefined)
    return { ...WORLD, [outer]: outer === 'listeners' ? { ...WORLD.listeners, ...Object(value) } : value };
  const beside = { ...BESIDE.get(path), [last]: value };
  if (outer === 'listeners') return { ...WORLD, listeners: { ...WORLD.listeners, x: beside } };
  if (LISTS.has(outer)) return { ...WORLD, [outer]: [beside] };
  if (path.startsWith('clients.dnsLists.')) return { ...WORLD, clients: { dnsLists: [beside] } };
  if (path.startsWith('routing.domains.')) {
    const domains =
      last === 'domain' && value === 'contoso.example' ? [beside] : [...WORLD.routing.domains, beside];
    return { ...WORLD, routing: { domains } };
  }
  if (path.startsWith('relay.never.'))
    return { ...WORLD, relay: { never: [{ ...beside, ...rename(beside) }] } };
  if (path.startsWith('relay.allow.limit.'))
    return { ...WORLD, relay: { allow: [{ name: 'x', authenticated: true, limit: beside }] } };
  if (path.startsWith('relay.allow.'))
    return { ...WORLD, relay: { allow: [...WORLD.relay.allow, { ...beside, ...rename(beside) }] } };
  if (outer === 'routing') return { ...WORLD, routing: { ...WORLD.routing, ...nested(others, beside) } };
  return { ...WORLD, [outer]: nested(others, beside) };
}

/** The name of the example is taken by the world. */
function rename(rule: Readonly<Record<string, unknown>>): { name?: string } {
  return rule['name'] === 'office' ? { name: 'other' } : {};
}

function nested(
  keys: readonly string[],
  inner: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return keys
    .slice(0, -1)
    .reduceRight<Readonly<Record<string, unknown>>>((value, key) => ({ [key]: value }), inner);
}

test('jsonSchema() knows every key that a good configuration has', () => {
  const schema = jsonSchema();
  const folder = join(import.meta.dirname, '../../test/config/good');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.yaml'))) {
    const tree: unknown = parse(readFileSync(join(folder, name), 'utf8'));
    for (const path of paths(tree, [])) {
      assert.ok(nodeAt(schema, path, tree) !== undefined, `${name}: ${path.join('.')}`);
    }
  }
});

function paths(value: unknown, path: readonly (string | number)[]): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => paths(item, [...path, index]));
  if (!isNode(value)) return [path];
  return Object.entries(value).flatMap(([key, child]) => paths(child, [...path, key]));
}

test('jsonSchema() is plain JSON without our own annotations', () => {
  const text = JSON.stringify(jsonSchema());
  assert.doesNotMatch(text, /"x-/);
  assert.deepEqual(JSON.parse(text), jsonSchema());
  assert.equal(jsonSchema().$schema, 'https://json-schema.org/draft/2020-12/schema');
});

test('flow() writes what YAML reads as the same value', () => {
  const values = [
    'a',
    'a b',
    '',
    ' a',
    'true',
    '1',
    '5d',
    '1e3',
    '0x1',
    '.5',
    '~',
    'null',
    '-',
    '- a',
    'a: b',
    'a #b',
    '*.a',
    '@a',
    '[::]:25',
    'a,b',
    '"',
    "'",
    '\n',
    'é',
    '{',
    'a@b.example',
    '<>',
    '<<',
    '1.1.1.0 mask 255.255.255.0',
    25,
    1.5,
    true,
    ['a', 'b, c'],
    {},
    { 'a b': ['1', 1], '@x': { y: false } },
  ];
  for (const value of values) assert.deepEqual(parse(`x: ${flow(value)}`), { x: value });
});
