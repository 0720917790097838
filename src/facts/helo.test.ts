import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parseIp, type IpAddress } from '../std/mod.ts';
import { heloPlausible, type HeloVerdict } from './helo.ts';

function ip(text: string): IpAddress {
  return parseIp(text) ?? assert.fail(text);
}

const OURS = { hostname: 'mx.contoso.test', inbound: (domain: string) => domain === 'contoso.test' };
const verdict = (name: string, client = '203.0.113.9'): HeloVerdict => heloPlausible(name, ip(client), OURS);

describe('heloPlausible()', () => {
  for (const [name, expected] of [
    ['mail.other.test', 'plausible'],
    ['MAIL.Other.TEST', 'plausible'],
    ['mail.other.test.', 'plausible'],
    ['mail_1.other.test', 'plausible'],
    ['bücher.test', 'plausible'],
    ['[203.0.113.9]', 'plausible'],
    ['mx.contoso.test', 'ourName'],
    ['MX.Contoso.Test', 'ourName'],
    ['mx.contoso.test.', 'ourName'],
    ['contoso.test', 'ourName'],
    ['mx2.contoso.test', 'plausible'],
    ['mx_contoso.test', 'plausible'],
    ['[203.0.113.8]', 'literalMismatch'],
    ['[IPv6:2001:db8::1]', 'literalMismatch'],
    ['localhost', 'notFullyQualified'],
    ['pc_12', 'notFullyQualified'],
    ['203.0.113.9', 'bogus'],
    ['[203.0.113.9', 'bogus'],
    ['[]', 'bogus'],
    ['', 'bogus'],
    ['.', 'bogus'],
    ['a..b', 'bogus'],
    ['mail other.test', 'bogus'],
    ['*.other.test', 'bogus'],
    ['-.other.test', 'bogus'],
  ] as const) {
    it(`says ${expected} of ${JSON.stringify(name)}`, () => assert.equal(verdict(name), expected));
  }

  it('compares literals as addresses', () => {
    assert.equal(verdict('[IPv6:2001:DB8:0::1]', '2001:db8::1'), 'plausible');
    assert.equal(verdict('[IPv6:::ffff:203.0.113.9]'), 'plausible');
  });

  it('lets those inside have our names', () => {
    for (const client of ['127.0.0.1', '10.0.0.7', 'fd00::1', '::1'])
      assert.equal(verdict('mx.contoso.test', client), 'plausible', client);
  });

  it('has a verdict for any text, and never plausible for what has neither dot nor bracket', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 600 })), (name) => {
        const said = verdict(name);
        if (!/[.[]/.test(name)) assert.ok(said === 'notFullyQualified' || said === 'bogus', said);
      }),
    );
  });
});
