import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSetting, settingChanges } from './settings.ts';
import { configOf } from './testing/kit.ts';

function changes(before: string, after: string): readonly string[] {
  return settingChanges(configOf(before), configOf(after)).map(describeSetting);
}

test('settingChanges() has nothing to say of the same settings, wherever they stand', () => {
  assert.deepEqual(changes('limits: { hops: 30 }\nworkers: 2', '\n\nworkers: 2\nlimits: { hops: 30 }'), []);
  const tests = 'tests: [{ from: 192.0.2.1, recipient: a@b.example, expect: refused }]\n';
  assert.deepEqual(changes(tests, `\n${tests}`), []);
});

test('settingChanges() leaves the policy to the difference of the policies', () => {
  const policy = `routing:
  reroute: false
  domains: [{ domain: contoso.example, inbound: true }]
  literals: ["[192.0.2.7]"]
relay:
  never: [{ name: a, from: [10.0.0.1] }]
  allow: [{ name: b, authenticated: true }]
`;
  assert.deepEqual(changes('', policy), [
    'postmaster is postmaster@contoso.example (was postmaster@mail.contoso.example)',
  ]);
});

test('settingChanges() names a setting with both values, as the file writes them', () => {
  const changed = changes(
    'queue: { expire: 4d }\ndns: { servers: [192.0.2.53] }\nproxies: [10.0.0.1]',
    'queue: { expire: 1h30m }\ndns: { servers: [192.0.2.54] }\nproxies: [10.0.0.0/30]',
  );
  assert.deepEqual(changed.toSorted(), [
    'dns.servers is 192.0.2.54:53 (was 192.0.2.53:53)',
    'proxies is 10.0.0.0/30 (was 10.0.0.1)',
    'queue.expire is 1h30m (was 4d)',
    'queue.warnAfter is removed (was 4h)',
  ]);
});

test('settingChanges() names a listener that came or went once, and its settings when it stays', () => {
  const one = 'listeners: { a: { bind: ["127.0.0.1:25"] } }';
  const two =
    'listeners: { a: { bind: ["127.0.0.1:25"], tls: none }, b: { bind: ["127.0.0.1:587"], for: submission } }';
  assert.deepEqual(changes(one, two), [
    'listeners.a.tls is none (was starttls)',
    'listeners.a.auth is off (was optional)',
    'listeners.b is added (127.0.0.1:587)',
  ]);
  assert.deepEqual(changes(two, one).at(-1), 'listeners.b is removed (was 127.0.0.1:587)');
});

test('settingChanges() notices another policy test', () => {
  const tests = (expect: string): string =>
    `tests: [{ from: 192.0.2.1, recipient: a@b.example, expect: ${expect} }]`;
  assert.deepEqual(changes(tests('refused'), tests('relayed')), ['the policy tests are others']);
});

test('describeSetting() cuts long values', () => {
  const text = describeSetting({ setting: 'log.file', before: 'x'.repeat(61), after: 'y'.repeat(60) });
  assert.equal(text, `log.file is ${'y'.repeat(60)} (was ${'x'.repeat(59)}…)`);
});
