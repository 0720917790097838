import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblems, parseConfig } from '../mod.ts';

function said(clients: string): string {
  const reading = parseConfig(`hostname: mail.contoso.example\nclients:\n${clients}\n`, 'postern.yaml');
  return 'problems' in reading ? formatProblems(reading.problems, { color: false }) : '';
}

test('checkClients() refuses a range that is in both lists, however it is written', () => {
  const remedy = 'Remove it from one of the two; of different ranges the narrower one wins.';
  assert.equal(
    said('  refuse: [10.0.0.0/8, 203.0.113.0/24]\n  accept: [10.1.0.0/16, "203.0.113.0 mask 255.255.255.0"]'),
    `postern.yaml:4:25: 203.0.113.0/24 is in clients.refuse as well (line 3), and cannot be in both. ${remedy}`,
  );
  assert.match(
    said('  accept: ["2001:db8::/64"]\n  refuse: ["2001:db8:0:0::/64"]'),
    /^postern\.yaml:3:12: 2001:db8::\/64 .*\(line 4\)/,
  );
  assert.match(said('  accept: [0.0.0.7]\n  refuse: ["::ffff:0.0.0.7"]'), /0\.0\.0\.7 is in/);
});

test('checkClients() takes ranges that nest or only look alike', () => {
  assert.equal(said('  refuse: [203.0.113.0/24]\n  accept: [203.0.113.0/25, 203.0.113.0]'), '');
  assert.equal(said('  refuse: ["::/96"]\n  accept: ["::/97"]'), '');
  assert.equal(said('  refuse: [203.0.113.0/25]\n  accept: [203.0.113.0/24]'), '');
  assert.equal(said('  refuse: ["::7"]\n  accept: [0.0.0.7]'), '');
});
