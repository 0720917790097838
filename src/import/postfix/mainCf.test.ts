import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMainCf } from './mainCf.ts';
import { parseMasterCf } from './masterCf.ts';

test('parseMainCf() lets the last assignment win, with its line', () => {
  const { settings, problems } = parseMainCf('a = 1\nb=2\na =\n  3,\n  4\n', 'main.cf');
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [...settings],
    [
      ['a', { value: '3, 4', line: 3 }],
      ['b', { value: '2', line: 2 }],
    ],
  );
});

test('parseMainCf() says where a line is no setting', () => {
  const { problems } = parseMainCf('a = 1\njust words\n', '/etc/postfix/main.cf');
  assert.deepEqual(problems[0]?.place, { file: '/etc/postfix/main.cf', line: 2, column: 1 });
  assert.match(problems[0]?.message ?? '', /"just words" is not a setting/);
});

test('parseMasterCf() reads services and what they override, the last winning', () => {
  const text = `smtp inet n - y - - smtpd
submission inet n - y - - smtpd
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o { smtpd_sender_restrictions = a, b }
  -osyslog_name=x -o syslog_name=y
`;
  const { services, problems } = parseMasterCf(text, 'master.cf');
  assert.deepEqual(problems, []);
  assert.equal(services.length, 2);
  assert.deepEqual(
    [...(services[1]?.overrides ?? [])],
    [
      ['smtpd_relay_restrictions', 'permit_sasl_authenticated,reject'],
      ['smtpd_sender_restrictions', 'a, b'],
      ['syslog_name', 'y'],
    ],
  );
  assert.equal(services[1]?.line, 2);
});

test('parseMasterCf() says where a line is no service', () => {
  const { problems } = parseMasterCf('smtp inet n - y\n', 'master.cf');
  assert.equal(problems[0]?.place.line, 1);
  assert.match(problems[0]?.remedy ?? '', /8 fields/);
});

test('parseMainCf() and parseMasterCf() take whatever is in a file, and lose no line in silence', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const main = parseMainCf(text, 'main.cf');
      const said = text.split(/\r?\n/).some((line) => line.trim() !== '' && !line.trim().startsWith('#'));
      assert.equal(main.settings.size + main.problems.length > 0, said);
      const master = parseMasterCf(text, 'master.cf');
      assert.equal(master.services.length + master.problems.length > 0, said);
    }),
    { numRuns: 500 },
  );
});
