import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ip, mailbox } from '../policy/testing/mod.ts';
import { receivedLine } from './received.ts';

const TRACE = {
  client: ip('203.0.113.9'),
  hostname: 'mx.inbound.test',
  standing: { tls: undefined, account: undefined },
  id: 'ID1',
  recipient: undefined,
  smtpUtf8: false,
  at: 0,
};

/** One field: its name on the first line, and every other line folded. */
const ONE_FIELD = /^Received: [^\r\n]+\r\n(?:\t[^\r\n]+\r\n)+$/;

test('receivedLine() is one field whatever the client called itself', () => {
  const pieces = fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    'Received: x',
    'From: boss@inbound.test',
    ' ',
    '\0',
    '(',
    ')',
    ';',
    '\\',
    'a.test',
    '[',
    ']',
    'é',
  );
  const names = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(names, fc.constantFrom('EHLO', 'HELO', 'LHLO'), fc.boolean(), (name, verb, smtpUtf8) => {
      const line = receivedLine({ ...TRACE, smtpUtf8, hello: { verb, name } }).toString('utf8');
      assert.match(line, ONE_FIELD);
      assert.doesNotMatch(line, /boss|\0/);
    }),
    { numRuns: 1_000 },
  );
});

test('receivedLine() names a recipient whose local part is quoted, and stays one field', () => {
  for (const address of ['"a b"@inbound.test', '"\\"; x=y"@inbound.test', '"Received: x"@inbound.test']) {
    const recipient = mailbox(address).address;
    const line = receivedLine({ ...TRACE, recipient, hello: { verb: 'EHLO', name: 'a.test' } });
    assert.match(line.toString('utf8'), ONE_FIELD);
    assert.ok(line.includes(`for <${recipient}>;`));
  }
});
