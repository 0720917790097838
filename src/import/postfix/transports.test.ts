import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNextHop, parseTransport, portOf } from './transports.ts';

test('parseNextHop() reads hosts as Postfix writes them', () => {
  assert.deepEqual(parseNextHop('[mail.example]:submission'), { host: 'mail.example:587', mx: false });
  assert.deepEqual(parseNextHop('mail.example'), { host: 'mail.example:25', mx: true });
  assert.deepEqual(parseNextHop('[192.0.2.1]'), { host: '192.0.2.1:25', mx: false });
  assert.deepEqual(parseNextHop('[ipv6:2001:db8::1]:26'), { host: '[2001:db8::1]:26', mx: false });
  for (const text of ['', '[]', 'a b', '[mail.example]:0', '[mail.example]:nntp', 'mail.example:99999'])
    assert.equal(parseNextHop(text), undefined, text);
});

test('parseTransport() tells hosts, mailboxes, refusals and programs apart', () => {
  const kind = (text: string): string => parseTransport(text, []).kind;
  assert.deepEqual(['smtp:[a.example]', 'relay:[a.example]:26', ':[a.example]'].map(kind), [
    'smtp',
    'smtp',
    'smtp',
  ]);
  assert.deepEqual(['smtp:', 'relay', 'smtp'].map(kind), ['domain', 'domain', 'domain']);
  assert.deepEqual(['local:', 'virtual', '', ':', 'error:no', 'discard:', 'procmail'].map(kind), [
    'mailbox',
    'mailbox',
    'unchanged',
    'unchanged',
    'refused',
    'refused',
    'other',
  ]);
  assert.deepEqual(parseTransport('lmtp:unix:private/dovecot-lmtp', []), {
    kind: 'lmtp',
    to: 'unix:private/dovecot-lmtp',
  });
  assert.deepEqual(parseTransport('lmtp:inet:127.0.0.1', []), { kind: 'lmtp', to: '127.0.0.1:24' });
});

test('parseTransport() knows a transport by the program that master.cf has for it', () => {
  const service = { name: 'slow', type: 'unix', command: 'smtp', overrides: new Map(), line: 1 };
  assert.deepEqual(parseTransport('slow:[a.example]', [service]), {
    kind: 'smtp',
    host: 'a.example:25',
    mx: false,
  });
});

test('portOf() takes numbers from 1 to 65535 and the names of mail services', () => {
  assert.deepEqual(['25', '65535', 'smtp', 'SUBMISSION', 'smtps'].map(portOf), [25, 65_535, 25, 587, 465]);
  assert.deepEqual(['0', '65536', 'http', ''].map(portOf), [undefined, undefined, undefined, undefined]);
});
