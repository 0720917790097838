import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAddressError } from './addressError.ts';
import { parseMailbox } from './mailbox.ts';
import { parseForwardPath, parseReversePath, pathLength } from './path.ts';
import type { AddressError } from './types.ts';

function forwardError(text: string): AddressError {
  const parsed = parseForwardPath(text);
  if (!isAddressError(parsed)) assert.fail(`${text} was accepted`);
  return parsed;
}

test('parseReversePath() gives the mailbox, or null for the null reverse-path', () => {
  assert.equal(parseReversePath('<>'), null);
  assert.deepEqual(parseReversePath('<Bob@B.test>'), parseMailbox('Bob@B.test'));
  assert.deepEqual(parseReversePath('<@a.test,@[IPv6:::1]:Bob@B.test>'), parseMailbox('Bob@B.test'));
  assert.deepEqual(parseReversePath('<postmaster>'), { error: 'noDomain', position: 11 });
  assert.deepEqual(parseReversePath('<spamtest>'), { error: 'noDomain', position: 9 });
});

test('parseForwardPath() gives the mailbox and flags a source route', () => {
  const samples = [
    ['<bob@b.test>', false],
    ['<@a.test:bob@b.test>', true],
    ['<@a.test,@c.test:bob@b.test>', true],
    ['<@[192.0.2.1]:bob@b.test>', true],
    ['<@[IPv6:2001:db8::1],@a.test:bob@b.test>', true],
  ] as const;
  for (const [text, sourceRoute] of samples) {
    assert.deepEqual(parseForwardPath(text), {
      kind: 'mailbox',
      mailbox: parseMailbox('bob@b.test'),
      sourceRoute,
    });
  }
});

test('parseForwardPath() takes postmaster without a domain, in any case, and nobody else', () => {
  for (const text of ['<postmaster>', '<Postmaster>', '<POSTMASTER>']) {
    assert.deepEqual(parseForwardPath(text), { kind: 'postmaster' });
  }
  for (const text of [
    '<postmasters>',
    '<abuse>',
    '<"postmaster">',
    '<po\u017ftmaster>',
    '<@a.test:postmaster>',
  ]) {
    assert.ok(isAddressError(parseForwardPath(text)), text);
  }
});

test('parseForwardPath() takes addresses that are not ASCII', () => {
  const path = parseForwardPath('<b\u00f6b@b\u00fccher.test>');
  assert.ok(!isAddressError(path) && path.kind === 'mailbox');
  assert.equal(path.mailbox.address, 'b\u00f6b@xn--bcher-kva.test');
  assert.equal(path.mailbox.utf8, true);
});

test('parseForwardPath() says what is wrong and where', () => {
  const bad = [
    ['', 'empty', 0],
    ['<>', 'empty', 1],
    ['bob@b.test', 'brackets', 0],
    ['<bob@b.test', 'brackets', 0],
    ['bob@b.test>', 'brackets', 0],
    ['<bob@b.test>>', 'brackets', 12],
    ['<bob@b.test>x', 'brackets', 12],
    ['<"bob>@b.test', 'brackets', 0],
    ['<<bob@b.test>', 'localPart', 1],
    ['<<bob@b.test>>', 'brackets', 13],
    ['< bob@b.test>', 'localPart', 1],
    ['<bob@b.test >', 'domain', 11],
    ['<bob>', 'noDomain', 4],
    ['<bob@>', 'noDomain', 5],
    ['<@>', 'localPart', 1],
    ['<@b.test>', 'localPart', 1],
    ['<@:bob@b.test>', 'domain', 2],
    ['<@a.test,:bob@b.test>', 'localPart', 9],
    ['<@a.test,c.test:bob@b.test>', 'localPart', 9],
    ['<@a.test:>', 'localPart', 9],
    ['<@a_b:bob@b.test>', 'domain', 3],
    ['<@a.test:@c.test:bob@b.test>', 'localPart', 9],
    ['<@[192.0.2.1:bob@b.test>', 'localPart', 1],
    ['<@[x]:bob@b.test>', 'literal', 2],
    ['<bob@x.test@b.test>', 'domain', 11],
    ['<b\u0085b@b.test>', 'characters', 2],
    ['<b\u202eb@b.test>', 'characters', 2],
    ['<bob@b\u2028.test>', 'characters', 6],
    ['<bob@B\u00dcCHER.test>', 'domain', 5],
    ['\uff1cbob@b.test\uff1e', 'brackets', 0],
    ['<bob\t@b.test>', 'characters', 4],
    ['<bob@b.test>\r', 'characters', 12],
  ] as const;
  for (const [text, kind, position] of bad) {
    assert.deepEqual(forwardError(text), { error: kind, position }, JSON.stringify(text));
  }
});

test('parseForwardPath() holds the limit of a path, source route included', () => {
  const path = (length: number): string => {
    const tail = `:${'a'.repeat(64)}@b.test>`;
    return `<@${'c.'.repeat(100).slice(0, length - tail.length - 3)}d${tail}`;
  };
  assert.equal(path(256).length, 256);
  assert.equal(isAddressError(parseForwardPath(path(256))), false);
  assert.equal(path(257).length, 257);
  assert.deepEqual(forwardError(path(257)), { error: 'tooLong', position: 256 });
});

test('parseForwardPath() and parseReversePath() never throw and agree on mailboxes', () => {
  const piece = fc.constantFrom(
    '@',
    ':',
    ',',
    '<',
    '>',
    '"',
    '\\',
    '[',
    ']',
    'a',
    'b.test',
    '.',
    ' ',
    '\u00e9',
    '1',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = `<${pieces.join('')}>`;
      const forward = parseForwardPath(text);
      const reverse = parseReversePath(text);
      if (isAddressError(forward)) {
        assert.deepEqual(reverse, text === '<>' ? null : forward);
        assert.ok(forward.position <= text.length);
      } else if (forward.kind === 'mailbox') {
        assert.deepEqual(reverse, forward.mailbox);
        assert.ok(text.includes(forward.mailbox.localPart));
      }
    }),
    { numRuns: 3000 },
  );
  for (const one of ['@', ' ', '"', '(', '.', '<', '\\', ':', ',', '@a,', '@[', '">']) {
    assert.deepEqual(forwardError(one.repeat(1_000_000)), { error: 'tooLong', position: 256 });
  }
});

test('pathLength() finds the closing bracket outside quotes', () => {
  const samples = [
    ['<a@b> SIZE=1', 5],
    ['<> x', 2],
    ['<"a> b"@c> x', 10],
    [String.raw`<"a\"> b"@c> x`, 12],
    ['<a@b', 0],
    ['<"a@b>', 0],
    ['<"a\\', 0],
    ['a@b>', 0],
    ['', 0],
  ] as const;
  for (const [text, length] of samples) assert.equal(pathLength(text), length, text);
  assert.equal(pathLength(`<${'"'.repeat(1_000_000)}>`), 1_000_002);
});
