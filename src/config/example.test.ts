import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../std/mod.ts';
import { compilePolicy, runPolicyTests } from '../policy/mod.ts';
import { exampleConfig, parseConfig, policySource } from './mod.ts';
import type { Config, ExampleOptions } from './mod.ts';

function configOf(options: Partial<ExampleOptions> = {}): Config {
  const text = exampleConfig({ hostname: 'mail.contoso.example', domain: 'contoso.example', ...options });
  const reading = parseConfig(text, '/etc/postern/postern.yaml');
  assert.ok('config' in reading, text);
  return reading.config;
}

test('exampleConfig() listens on loopback only', () => {
  const { listeners } = configOf();
  assert.deepEqual(
    listeners.map(({ name }) => name),
    ['transfer', 'submission', 'submissions'],
  );
  for (const { bind } of listeners) assert.ok(bind.every(({ address }) => isLoopback(address)));
});

test('exampleConfig() is closed to strangers, and its own test says so', () => {
  const config = configOf();
  const tests = config.tests.map((one) => ({ ...one, at: 0 }));
  const open = { ...policySource(config), allow: [] };
  assert.equal(tests.length, 1);
  for (const source of [policySource(config), open]) {
    const results = runPolicyTests(tests, compilePolicy(source), () => 'unknown');
    assert.deepEqual(
      results.map(({ passed }) => passed),
      [true],
    );
  }
});

test('exampleConfig() keeps everything in the data folder', () => {
  const config = configOf({ data: '/srv/my mail/', outbound: 'folder' });
  assert.equal(config.data, '/srv/my mail/');
  assert.deepEqual(config.routing.inbound, { kind: 'maildir', folder: '/srv/my mail/mail' });
  assert.deepEqual(config.routing.outbound, { kind: 'maildir', folder: '/srv/my mail/outbound' });
  assert.deepEqual(configOf().routing.outbound, { kind: 'mx', mayReach: [] });
});

test('exampleConfig() quotes what would be read as something else', () => {
  for (const data of ['./a: b', "./it's", './#1', './[x]', './a, b', './"a"', '/a\tb', '/é', '/- a']) {
    assert.equal(configOf({ data }).data.replace('/etc/postern/', './'), data);
  }
  const reading = parseConfig(exampleConfig({ hostname: 'a\nlisteners: {}', domain: 'b' }), 'f');
  assert.ok('problems' in reading && reading.problems[0].place.line === 4);
});

test('exampleConfig() still is a configuration when its commented examples are taken in', () => {
  const text = exampleConfig({ hostname: 'mail.contoso.example', domain: 'contoso.example' });
  const reading = parseConfig(text.replaceAll(/^( *)# (?=(?: *- \{)|never:)/gm, '$1'), 'f');
  assert.ok('config' in reading);
  assert.equal(reading.config.routing.domains.length, 4);
  assert.equal(reading.config.relay.never.length, 1);
  assert.equal(reading.config.relay.allow.length, 2);
});
