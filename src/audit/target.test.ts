import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locate, parseTarget } from './target.ts';

test('parseTarget() reads names and addresses, with and without a port', () => {
  assert.deepEqual(parseTarget('mail.contoso.example'), { host: 'mail.contoso.example', port: 25 });
  assert.deepEqual(parseTarget('localhost:2525'), { host: 'localhost', port: 2525 });
  assert.deepEqual(parseTarget('192.0.2.1:587'), { host: '192.0.2.1', port: 587 });
  assert.deepEqual(parseTarget('2001:DB8::1'), { host: '2001:db8::1', port: 25 });
  assert.deepEqual(parseTarget('[::1]:2525'), { host: '::1', port: 2525 });
  assert.deepEqual(parseTarget('[::1]'), { host: '::1', port: 25 });
  assert.deepEqual(parseTarget('a:65535')?.port, 65_535);
});

test('parseTarget() refuses what is none, and what the system would read as another address', () => {
  const wrong = [
    '',
    ':25',
    'a:',
    'a:0',
    'a:65536',
    'a:b',
    'a b',
    'a/b',
    '[mail.example]:25',
    '[::1',
    '::1:',
    '127.1',
    '0127.0.0.1',
    '2130706433',
    '0x7f000001',
    'http://a',
    '-oProxy',
    'a:25:25',
  ];
  for (const text of wrong) assert.equal(parseTarget(text), undefined, text);
});

const names = new Map([
  ['here.test', ['127.0.0.1', '::1']],
  ['office.test', ['10.0.0.5', 'fd00::5']],
  ['both.test', ['10.0.0.5', '8.8.8.8']],
  ['mapped.test', ['::ffff:8.8.8.8']],
  ['zero.test', ['0.0.0.0']],
  ['none.test', []],
]);
const lookUp = async (host: string): Promise<readonly string[]> => {
  const found = names.get(host);
  if (found === undefined) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  return found;
};

test('locate() asks for every address of a name', async () => {
  const at = (host: string): ReturnType<typeof locate> => locate({ host, port: 25 }, lookUp);
  assert.deepEqual(await at('here.test'), { addresses: ['127.0.0.1', '::1'], elsewhere: [], loopback: true });
  assert.deepEqual(await at('office.test'), {
    addresses: ['10.0.0.5', 'fd00::5'],
    elsewhere: [],
    loopback: false,
  });
  // One address that outsiders can reach is enough.
  assert.deepEqual(await at('both.test'), {
    addresses: ['10.0.0.5', '8.8.8.8'],
    elsewhere: ['8.8.8.8'],
    loopback: false,
  });
  assert.deepEqual(await at('mapped.test'), {
    addresses: ['8.8.8.8'],
    elsewhere: ['8.8.8.8'],
    loopback: false,
  });
  assert.deepEqual(await at('zero.test'), {
    addresses: ['0.0.0.0'],
    elsewhere: ['0.0.0.0'],
    loopback: false,
  });
  assert.deepEqual(await at('none.test'), { problem: 'none.test has no address' });
  assert.deepEqual(await at('gone.test'), { problem: 'gone.test has no address' });
  assert.deepEqual(await at('127.0.0.66'), { addresses: ['127.0.0.66'], elsewhere: [], loopback: true });
});
