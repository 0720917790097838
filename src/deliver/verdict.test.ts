import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { ReceivedReply } from '../smtp/mod.ts';
import { asTemporary, deferred, failed, oneLine, recipientVerdict, replyText, verdictOf } from './verdict.ts';

function reply(code: number, status: string | undefined, ...lines: readonly string[]): ReceivedReply {
  return { code, status, lines };
}

describe('oneLine()', () => {
  it('keeps 512 characters and cuts the 513th', () => {
    assert.equal(oneLine('x'.repeat(512)).length, 512);
    assert.equal(oneLine('x'.repeat(513)).length, 512);
  });

  it('makes one line of printable ASCII of anything', () => {
    const units = ['a', ' ', '~', '\r', '\n', '\0', '\u007f', '\u00e4', '\u20ac', '\u{1f4e7}'];
    const text = fc
      .array(fc.constantFrom(...units), { maxLength: 20 })
      .map((parts) => parts.join('').repeat(40));
    fc.assert(fc.property(text, (any) => assert.match(oneLine(any), /^[ -~]{0,512}$/)));
    assert.equal(oneLine('a\r\nb\u00e4\u0000'), 'a??b??');
  });
});

describe('replyText()', () => {
  it('joins the lines', () => {
    assert.equal(
      replyText(reply(550, '5.1.1', '5.1.1 No ', ' such', 'mailbox')),
      '550 5.1.1 No such mailbox',
    );
    assert.equal(replyText(reply(250, undefined, '')), '250 ');
  });
});

describe('verdictOf()', () => {
  for (const [code, status, expected] of [
    [250, undefined, 'delivered 2.0.0'],
    [251, '2.1.5', 'delivered 2.1.5'],
    [421, undefined, 'deferred 4.3.2'],
    [450, '4.7.1', 'deferred 4.7.1'],
    [499, undefined, 'deferred 4.0.0'],
    [521, undefined, 'failed 5.3.2'],
    [556, undefined, 'failed 5.1.10'],
    [599, undefined, 'failed 5.0.0'],
    [354, undefined, 'deferred 4.5.0'],
  ] as const) {
    it(`takes ${code} ${status ?? ''} as "${expected}"`, () => {
      const verdict = verdictOf(reply(code, status, 'words'));
      assert.equal(`${verdict.kind} ${verdict.status}`, expected);
    });
  }
});

describe('recipientVerdict()', () => {
  for (const [code, status, expected] of [
    [552, undefined, 'deferred 4.5.3'],
    [552, '5.5.3', 'deferred 4.5.3'],
    [552, '5.2.2', 'failed 5.2.2'],
    [452, undefined, 'deferred 4.5.3'],
    [452, '4.2.2', 'deferred 4.2.2'],
    [550, undefined, 'failed 5.0.0'],
  ] as const) {
    it(`takes ${code} ${status ?? ''} as "${expected}"`, () => {
      const verdict = recipientVerdict(reply(code, status, 'words'));
      assert.equal(`${verdict.kind} ${verdict.status}`, expected);
    });
  }
});

describe('asTemporary()', () => {
  it('changes what is for good, and nothing else', () => {
    assert.deepEqual(asTemporary(failed('5.7.1', 'No')), deferred('4.7.1', 'No'));
    assert.deepEqual(asTemporary(deferred('4.4.1', 'Later')), deferred('4.4.1', 'Later'));
  });
});
