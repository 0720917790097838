/** The text of a configuration: whatever it is, it is read, or every problem has its place and its words. */
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import { formatProblems, parseConfig } from '../../../src/config/mod.ts';
import type { Target } from '../target.ts';

function run(input: Buffer): readonly string[] {
  const text = input.toString('utf8');
  const reading = parseConfig(text, 'postern.yaml');
  if ('config' in reading) return ['read', ...Object.keys(reading.config)];
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { place, message } of reading.problems) {
    assert.ok(place.line >= 1 && place.line <= lines + 1, `line ${place.line} of ${lines}`);
    assert.ok(place.column >= 1, `column ${place.column}`);
    assert.ok(message !== '' && !message.includes('undefined'), `a problem without words: ${message}`);
  }
  const told = formatProblems(reading.problems, { color: false });
  assert.doesNotMatch(told, /(?!\n)\p{Cc}/u, 'control characters of the file reach a terminal');
  return reading.problems.map(({ message }) => wordsOf(message));
}

/** A message without the values in it. */
function wordsOf(message: string): string {
  return message
    .replaceAll(/"[^"]*"/g, '_')
    .split(' ')
    .filter((word) => /^[a-z]+$/.test(word))
    .slice(0, 6)
    .join(' ');
}

// prettier-ignore
export const config: Target = {
  name: 'config',
  limit: 3000,
  batch: 8,
  run,
  words: ['hostname: mail.contoso.example\n', 'data: ./data\n', 'listeners:\n', 'routing:\n', 'relay:\n', '  allow:\n', '  never:\n', 'limits:\n', 'timeouts:\n', 'tests:\n', 'accounts:\n', 'tls:\n', 'queue:\n', 'delivery:\n', 'dns:\n', 'clients:\n', 'log:\n', 'history:\n',
    '  - { name: x, from: [10.0.0.0/8] }\n', '{ domain: a.example, inbound: true }', '{ domain: a.example, forward: "b.example:25" }', '{ domain: a.example, rewrite: b.example }', '{ bind: ["127.0.0.1:25"] }', 'for: submission', 'authenticated: true', 'until: 2027-06-30', 'limit: 200/hour', 'iUnderstand: ',
    '10.0.0.1/33', '::/0', '1.1.1.0 mask 255.255.255.0', 'IP=1.1.1.1, MASK=255.0.255.0', '__proto__: 1\n', 'constructor', '&a ', '*a', '<<: ', '!!binary ', '- ', ': ', '? ', '| ', '"', "'", '{', '}', '[', ']', '#', '%YAML 1.1\n---\n', '---\n', '...\n', '\t', '\0', '\x1b[1m', '\xff', '1e999', '0x10', '.inf', 'null', 'true', '4GiB', '1d', '\\u202e'],
};
