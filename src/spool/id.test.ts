import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { idSource, parseSpoolId, TAGS } from './id.ts';

const FORM = /^[0-9A-HJKMNP-TV-Z]{18}$/;

/** An id with its parts set apart. */
function parts(id: string | undefined): string | undefined {
  return id?.replace(/^(.{9})(.{2})(.{7})$/, '$1 $2 $3');
}

test('idSource() writes milliseconds, counter and tag in base 32', () => {
  const next = idSource({ now: () => 32 ** 8 + 33 }, 34);
  assert.equal(parts(next()), '100000011 00 0000012');
  assert.equal(parts(next()), '100000011 01 0000012');
});

test('idSource() takes every tag up to the last', () => {
  assert.equal(idSource({ now: () => 0 }, 0)().slice(-7), '0000000');
  assert.equal(idSource({ now: () => 0 }, TAGS - 1)().slice(-7), 'ZZZZZZZ');
});

test('idSource() makes strictly ascending, well-formed ids whatever the clock does', () => {
  const clocks = fc.array(fc.integer({ min: 1, max: 2 ** 45 - 10_000 }), { minLength: 2, maxLength: 50 });
  fc.assert(
    fc.property(clocks, fc.integer({ min: 0, max: TAGS - 1 }), (times, tag) => {
      let at = 0;
      const next = idSource({ now: () => times[at] ?? 0 }, tag);
      let last = '';
      for (at = 0; at < times.length; at += 1) {
        const id = next();
        assert.match(id, FORM);
        assert.ok(id > last, `${id} after ${last}`);
        last = id;
      }
    }),
  );
});

test('idSource() goes into the next millisecond after 1024 ids in one', () => {
  const next = idSource({ now: () => 5 }, 0);
  const ids = Array.from({ length: 1025 }, next);
  assert.equal(parts(ids[1023]), '000000005 ZZ 0000000');
  assert.equal(parts(ids[1024]), '000000006 00 0000000');
  assert.equal(new Set(ids).size, 1025);
});

test('idSource() sorts ids of different spools by time', () => {
  const early = idSource({ now: () => 1000 }, TAGS - 1)();
  const late = idSource({ now: () => 1001 }, 0)();
  assert.ok(early < late);
});

test('parseSpoolId() takes what idSource() makes and nothing else', () => {
  const id = idSource({ now: () => 1_700_000_000_000 }, 12345)();
  assert.equal(parseSpoolId(id), id);
  const others = ['', id.slice(1), `${id}0`, `${id}\n`, id.toLowerCase(), ` ${id}`];
  for (const text of others) assert.equal(parseSpoolId(text), undefined, JSON.stringify(text));
  for (const letter of 'ILOU-.é') assert.equal(parseSpoolId(letter + id.slice(1)), undefined, letter);
});
