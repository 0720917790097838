import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameOf, Names, WINDOW } from './names.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

test('nameOf() folds case, bounds length, and passes over nothing and the client itself', () => {
  assert.equal(nameOf('Host.Example', '10.0.0.1'), 'host.example');
  assert.equal(nameOf('', '10.0.0.1'), undefined);
  assert.equal(nameOf('[10.0.0.1]', '10.0.0.1'), undefined);
  assert.equal(nameOf('10.0.0.1', '10.0.0.1'), undefined);
  assert.equal(nameOf('[IPv6:2001:DB8::0001]', '2001:db8::1'), undefined);
  assert.equal(nameOf('[10.0.0.2]', '10.0.0.1'), '[10.0.0.2]');
  assert.equal(nameOf('a b\u0000', '10.0.0.1'), 'a?b?');
  assert.equal(nameOf('x'.repeat(2000), '10.0.0.1')?.length, 255);
});

test('add() counts different names of one client, each once', () => {
  const names = new Names();
  const at = { now: NOW, enough: 5 };
  assert.deepEqual(names.add('a', 'one', at), ['one']);
  assert.deepEqual(names.add('a', 'two', at), ['two', 'one']);
  assert.deepEqual(names.add('a', 'one', at), ['one', 'two']);
  assert.deepEqual(names.add('b', 'one', at), ['one']);
  assert.equal(names.count, 3);
});

test('add() forgets a name after the window', () => {
  const names = new Names();
  names.add('a', 'old', { now: NOW, enough: 5 });
  assert.equal(names.add('a', 'new', { now: NOW + WINDOW - 1, enough: 5 }).length, 2);
  assert.deepEqual(names.add('a', 'new', { now: NOW + WINDOW, enough: 5 }), ['new']);
});

test('add() keeps of a client no more names than are enough, the last ones', () => {
  const names = new Names();
  for (const name of ['one', 'two', 'three', 'four']) names.add('a', name, { now: NOW, enough: 4 });
  assert.deepEqual(names.add('a', 'five', { now: NOW, enough: 4 }), ['five', 'four', 'three', 'two']);
  assert.deepEqual(names.add('a', 'six', { now: NOW, enough: 2 }), ['six', 'five']);
  assert.equal(names.count, 2);
});

test('Names stays within its bounds whatever comes, and counts rightly what it holds', () => {
  const calls = fc.array(
    fc.record({
      client: fc.integer({ min: 0, max: 12 }),
      name: fc.integer({ min: 0, max: 12 }),
      pause: fc.oneof(
        { weight: 20, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.integer({ min: -WINDOW, max: WINDOW }) },
      ),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(calls, (each) => {
      const names = new Names({ clients: 5, names: 20 });
      let now = NOW;
      for (const { client, name, pause } of each) {
        now += pause;
        const seen = names.add(String(client), String(name), { now, enough: 7 });
        assert.ok(seen.length <= 7 && new Set(seen).size === seen.length && seen[0] === String(name));
        assert.ok(names.count <= 20 && names.count >= seen.length, String(names.count));
      }
    }),
    { numRuns: 200 },
  );
});
