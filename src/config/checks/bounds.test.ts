import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblems, parseConfig } from '../mod.ts';

/** What is said of a configuration with these lines; empty: it is taken. */
function said(...lines: readonly string[]): string {
  const reading = parseConfig(`hostname: mail.contoso.example\n${lines.join('\n')}\n`, 'postern.yaml');
  return 'problems' in reading ? formatProblems(reading.problems, { color: false }) : '';
}

/** Two keys, the value of the outer one, the largest of the inner one that is taken, and the next; then the default of the outer one. */
const PAIRS = [
  ['limits', 'softErrors', 'errors', '30', '29', '30', '20'],
  ['limits', 'connectionsPerAddress', 'connections', '9000', '9000', '9001', '5,000'],
  ['limits', 'connectionsPerSecondPerAddress', 'connectionsPerSecond', '900', '900', '901', '200'],
  ['limits', 'headerSize', 'messageSize', '2KiB', '2KiB', '2049', undefined],
  ['limits', 'textLine', 'messageSize', '2KiB', '2KiB', '2049', undefined],
  ['limits', 'hops', 'headerFields', '30', '30', '31', undefined],
  ['timeouts', 'beforeTls', 'beforeAuth', '3m', '3m', '3m1ms', '2m'],
  ['timeouts', 'beforeAuth', 'session', '2h', '2h', '2h1ms', '1h'],
  ['timeouts', 'command', 'session', '2h', '2h', '2h1ms', '1h'],
  ['timeouts', 'data', 'session', '2h', '2h', '2h1ms', '1h'],
] as const;

for (const [section, inner, outer, bound, most, above, preset] of PAIRS) {
  test(`checkBounds() holds ${section}.${inner} to ${outer}`, () => {
    const wrong = said(`${section}:`, `  ${outer}: ${bound}`, `  ${inner}: ${above}`);
    assert.match(
      wrong,
      new RegExp(
        `^postern\\.yaml:4:\\d+: ${inner} .* is never reached: ${section}\\.${outer} is .* \\(line 3\\)\\. Write .*, or raise ${section}\\.${outer}\\.$`,
      ),
    );
    assert.equal(said(`${section}:`, `  ${outer}: ${bound}`, `  ${inner}: ${most}`), '');
    if (preset === undefined) return;
    // Beside a default the limit that is written is wrong; a default that never counts is no mistake of anybody.
    const beside = said(`${section}: { ${inner}: ${above} }`);
    assert.ok(beside.includes(`never reached: ${section}.${outer} is ${preset} (its default)`), beside);
    const least = section === 'timeouts' ? '1s' : '1';
    assert.equal(said(`${section}: { ${outer}: ${least} }`), '');
  });
}

test('checkBounds() wants a greeting before the connection ends', () => {
  const listener = (more: string): string =>
    `listeners: { a: { bind: ["127.0.0.1:2525"], greetingDelay: 30s${more} } }`;
  const cases = [
    ['', 'session', '30s'],
    [', auth: required', 'beforeTls', '30s'],
    [', auth: required, authWithoutTls: true', 'beforeAuth', '30s'],
    [', auth: required, tls: implicit', 'beforeAuth', '30s'],
  ] as const;
  for (const [more, key, value] of cases) {
    assert.equal(
      said(`timeouts: { ${key}: ${value} }`, listener(more)),
      `postern.yaml:3:60: greetingDelay 30s leaves no time to send anything: timeouts.${key} is ${value} (line 2). Greet sooner, or raise timeouts.${key}.`,
    );
    assert.equal(said(`timeouts: { ${key}: 30s1ms }`, listener(more)), '');
  }
  assert.equal(said('timeouts: { beforeTls: 1s, beforeAuth: 1s }', listener('')), '');
  for (const more of [', auth: required, tls: implicit', ', auth: required, authWithoutTls: true'])
    assert.equal(said('timeouts: { beforeTls: 1s }', listener(more)), '');
  assert.equal(said('timeouts: { session: 1s }', 'listeners: { a: { bind: ["127.0.0.1:2525"] } }'), '');
});

test('checkBounds() says nothing of limits that cannot be read', () => {
  assert.doesNotMatch(said('limits: { errors: many, softErrors: 500 }'), /never reached/);
});
