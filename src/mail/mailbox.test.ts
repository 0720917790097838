import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAddressError } from './addressError.ts';
import { parseDomain } from './domain.ts';
import { parseLiteral } from './literal.ts';
import { mailboxAt, parseMailbox, postmasterAt } from './mailbox.ts';
import type { AddressError, Mailbox } from './types.ts';

const atext = "abcXYZ059!#$%&'*+-/=?^_`{|}~";
const atom = fc.string({ unit: fc.constantFrom(...atext.split('')), minLength: 1, maxLength: 8 });
const dotString = fc.array(atom, { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join('.'));
const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));
const content = fc.string({ unit: fc.constantFrom(...printable), maxLength: 20 });
const quotedString = content.map((text) => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`);
const domain = fc.constantFrom('b.test', 'x.y.z.test', 'localhost', '[192.0.2.1]', '[IPv6:2001:db8::1]');

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (isAddressError(parsed)) assert.fail(`${text}: ${parsed.error} at ${parsed.position}`);
  return parsed;
}

function error(text: string): AddressError {
  const parsed = parseMailbox(text);
  if (!isAddressError(parsed)) assert.fail(`${text} was accepted`);
  return parsed;
}

test('parseMailbox() keeps the wire form and gives the key', () => {
  assert.deepEqual(mailbox('Bob.Smith@Contoso.Example.'), {
    localPart: 'Bob.Smith',
    localKey: 'bob.smith',
    domain: 'contoso.example',
    address: 'Bob.Smith@contoso.example',
    utf8: false,
  });
  assert.deepEqual(mailbox(String.raw`"Bob \"x\" @ home"@b.test`), {
    localPart: String.raw`"Bob \"x\" @ home"`,
    localKey: 'bob "x" @ home',
    domain: 'b.test',
    address: String.raw`"Bob \"x\" @ home"@b.test`,
    utf8: false,
  });
  assert.equal(mailbox('bob@bücher.example').address, 'bob@xn--bcher-kva.example');
  assert.equal(mailbox('bob@[ipv6:2001:DB8::1]').address, 'bob@[IPv6:2001:db8::1]');
});

test('parseMailbox() gives one key to one local part, however it is quoted', () => {
  for (const text of ['bob@b.test', 'BOB@b.test', '"bob"@b.test', String.raw`"\b\o\b"@b.test`]) {
    assert.equal(mailbox(text).localKey, 'bob');
  }
  fc.assert(
    fc.property(dotString, (local) => {
      assert.equal(mailbox(`"${local}"@b.test`).localKey, mailbox(`${local}@b.test`).localKey);
    }),
  );
});

test('parseMailbox() unquotes to the content', () => {
  fc.assert(
    fc.property(content, (text) => {
      const quoted = `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
      const key = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      assert.equal(mailbox(`${quoted}@b.test`).localKey, key);
    }),
  );
});

test('parseMailbox() round-trips its address', () => {
  fc.assert(
    fc.property(fc.oneof(dotString, quotedString), domain, (local, host) => {
      fc.pre(local.length <= 64);
      const parsed = mailbox(`${local}@${host}`);
      assert.equal(parsed.localPart, local);
      assert.equal(parsed.address, `${local}@${host}`);
      assert.deepEqual(mailbox(parsed.address), parsed);
    }),
  );
});

test('parseMailbox() says what is wrong and where', () => {
  const bad = [
    ['', 'empty', 0],
    ['bob', 'noDomain', 3],
    ['bob@', 'noDomain', 4],
    ['"bob@b.test"', 'noDomain', 12],
    ['@b.test', 'localPart', 0],
    ['.bob@b.test', 'localPart', 0],
    ['bob.@b.test', 'localPart', 3],
    ['bob..smith@b.test', 'localPart', 3],
    ['bob smith@b.test', 'localPart', 3],
    ['bob@x@y.test', 'domain', 5],
    ['"bob"smith@b.test', 'localPart', 5],
    ['"bob@b.test', 'localPart', 0],
    [String.raw`"bob\"@b.test`, 'localPart', 0],
    ['bob"smith"@b.test', 'localPart', 3],
    ['<bob@b.test>', 'localPart', 0],
    ['bób\u202e@b.test', 'characters', 3],
    ['b\u00a0b@b.test', 'characters', 1],
    ['b\ud800b@b.test', 'characters', 1],
    ['bob@b\u2028.test', 'domain', 5],
    ['bób smith@b.test', 'localPart', 3],
    ['"a\tb"@b.test', 'characters', 2],
    ['bob\0@b.test', 'characters', 3],
    ['bob@b_c.test', 'domain', 5],
    ['bob@b.test ', 'domain', 10],
    ['bob@-b.test', 'domain', 4],
    ['bob@1.2.3.4', 'domain', 4],
    ['bob@bü her.test', 'domain', 6],
    ['bob@[1.2.3]', 'literal', 4],
    ['bob@[::1]', 'literal', 4],
    ['@a,@b:bob@b.test', 'localPart', 0],
  ] as const;
  for (const [text, kind, position] of bad) assert.deepEqual(error(text), { error: kind, position }, text);
});

test('parseMailbox() holds the limits of local part, domain and path', () => {
  const local = 'a'.repeat(64);
  assert.equal(mailbox(`${local}@b.test`).localPart, local);
  assert.deepEqual(error(`${local}a@b.test`), { error: 'tooLong', position: 64 });
  assert.equal(mailbox(`"${'a'.repeat(62)}"@b.test`).localPart.length, 64);
  assert.deepEqual(error(`"${'a'.repeat(63)}"@b.test`), { error: 'tooLong', position: 64 });

  const host = `${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(62)}.test`;
  assert.equal(mailbox(`${local}@${host}`).address.length, 254);
  assert.deepEqual(error(`${local}@${host}c`), { error: 'tooLong', position: 254 });
});

test('parseMailbox() takes local parts that are not ASCII, and measures them in octets', () => {
  assert.deepEqual(mailbox('Böb.語@bücher.example'), {
    localPart: 'Böb.語',
    localKey: 'böb.語',
    domain: 'xn--bcher-kva.example',
    address: 'Böb.語@xn--bcher-kva.example',
    utf8: true,
  });
  assert.equal(mailbox('"ö \u{1f600}"@b.test').localKey, 'ö \u{1f600}');
  assert.equal(mailbox(`${'ö'.repeat(32)}@b.test`).utf8, true);
  assert.deepEqual(error(`${'ö'.repeat(32)}a@b.test`), { error: 'tooLong', position: 32 });
  const host = `${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(62)}.test`;
  assert.equal(mailbox(`${'ö'.repeat(32)}@${host}`).domain, host);
  assert.deepEqual(error(`${'ö'.repeat(32)}@${host}c`), { error: 'tooLong', position: 222 });
});

test('parseMailbox() gives one key to one text, however it is composed', () => {
  const composed = mailbox('b\u00f6b@b.test');
  const decomposed = mailbox('bo\u0308b@b.test');
  assert.equal(decomposed.localKey, composed.localKey);
  assert.notEqual(decomposed.localPart, composed.localPart);
  // Case is folded in ASCII alone, and the KELVIN SIGN, which NFC makes a K, is no k.
  assert.equal(mailbox('BÖB@b.test').localKey, 'bÖb');
  assert.notEqual(mailbox('\u212a@b.test').localKey, 'k');
});

test('parseMailbox() measures the address as it goes on the wire', () => {
  const host = `${'ü'.repeat(30)}.`.repeat(6).slice(0, -1);
  assert.equal(mailbox(`a@${host}`).domain.length > host.length, true);
  const text = `${'a'.repeat(64)}@${host}`;
  assert.deepEqual(error(text), { error: 'tooLong', position: text.length }); // in its A-labels it is too long
});

test('parseMailbox() never throws and takes overlong text in its stride', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points)),
      ),
      (text) => {
        const parsed = parseMailbox(text);
        assert.ok(isAddressError(parsed) ? parsed.position <= text.length : parsed.address.includes('@'));
      },
    ),
  );
  for (const piece of ['@', ' ', '"', '(', '.', '<', '\\', 'a', 'a.', '"\\', '[', ':']) {
    assert.deepEqual(error(piece.repeat(1_000_000)), { error: 'tooLong', position: 254 });
  }
});

test('parseMailbox() takes attacker-chosen names as names', () => {
  assert.equal(mailbox('__proto__@constructor').localKey, '__proto__');
  assert.equal(mailbox('constructor@b.test').localKey, 'constructor');
});

test('mailboxAt() changes the domain alone', () => {
  const host = parseDomain('new.test');
  const literal = parseLiteral('[192.0.2.1]');
  assert.ok(host && literal);
  fc.assert(
    fc.property(fc.oneof(dotString, quotedString), (local) => {
      fc.pre(local.length <= 64);
      assert.deepEqual(mailboxAt(mailbox(`${local}@old.test`), host), mailbox(`${local}@new.test`));
      assert.deepEqual(mailboxAt(mailbox(`${local}@old.test`), literal), mailbox(`${local}@[192.0.2.1]`));
    }),
  );
});

test('postmasterAt() is the mailbox postmaster', () => {
  const host = parseDomain('b.test');
  assert.ok(host);
  assert.deepEqual(postmasterAt(host), mailbox('postmaster@b.test'));
});

test('parseMailbox() says in characters where a text is too long in octets', () => {
  assert.deepEqual(parseMailbox(`${'a'.repeat(65)}@b.test`), { error: 'tooLong', position: 64 });
  assert.deepEqual(parseMailbox(`${'é'.repeat(33)}@b.test`), { error: 'tooLong', position: 32 });
  assert.deepEqual(parseMailbox(`a${'é'.repeat(32)}`), { error: 'tooLong', position: 32 });
  assert.deepEqual(parseMailbox(`${'\u{1f600}'.repeat(17)}@b.test`), { error: 'tooLong', position: 32 });
});
