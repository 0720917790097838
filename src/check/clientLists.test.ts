import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRange } from '../policy/mod.ts';
import { addressSet, formatAddressSet } from '../proof/mod.ts';
import { compileScreen, judgeClient } from '../screen/mod.ts';
import { screenSource } from '../config/mod.ts';
import type { PlacedRange } from '../config/mod.ts';
import { ipv4, rangeOf } from '../std/mod.ts';
import { keptOut, nestRanges } from './clientLists.ts';
import { holds } from './ranges.ts';
import { configOf } from './testing/kit.ts';

const out = (clients: string): string => formatAddressSet(keptOut(configOf(`clients: { ${clients} }`)));

test('keptOut() is what is refused without what a narrower range accepts', () => {
  assert.deepEqual(keptOut(configOf('clients: { accept: [10.0.0.0/8] }')), []);
  assert.equal(out('refuse: [203.0.113.0/24, "2001:db8::/32"]'), '203.0.113.0/24 and 2001:db8::/32');
  assert.equal(out('refuse: [203.0.113.0/30], accept: [203.0.113.1]'), '203.0.113.0 and 203.0.113.2/31');
  assert.equal(
    out('refuse: [203.0.113.0/30, 203.0.113.1], accept: [203.0.113.0/31]'),
    '203.0.113.1 and 203.0.113.2/31',
  );
  assert.equal(out('refuse: [203.0.113.1], accept: [203.0.113.0/24]'), '203.0.113.1');
});

const base = 0xcb007100;
const PLACE = { file: 'postern.yaml', line: 1, column: 1 };
const ranges = fc
  .tuple(fc.integer({ min: 28, max: 32 }), fc.integer({ min: 0, max: 15 }))
  .map(([prefix, host]): PlacedRange => {
    const size = 2 ** (32 - prefix);
    return { ...rangeOf(ipv4(base + host - (host % size)), prefix), place: PLACE };
  });

test('keptOut() is who the server turns away, and nestRanges() has every range once', () => {
  const config = configOf('');
  let refused = 0;
  fc.assert(
    fc.property(fc.array(ranges, { maxLength: 8 }), fc.array(ranges, { maxLength: 8 }), (accept, refuse) => {
      const twice = new Set(accept.map(formatRange));
      const clients = {
        ...config.clients,
        accept,
        refuse: refuse.filter((range) => !twice.has(formatRange(range))),
      };
      const set = keptOut({ ...config, clients });
      assert.deepEqual(set, addressSet(set));
      const rules = compileScreen(screenSource({ ...config, clients }));
      for (let host = 0; host < 16; host += 1) {
        const isRefused = judgeClient(rules, ipv4(base + host)).kind === 'refuse';
        refused += isRefused ? 1 : 0;
        assert.equal(holds(set, ipv4(base + host)), isRefused);
      }
      const all = nestRanges(clients);
      assert.equal(all.length, clients.accept.length + clients.refuse.length);
      for (const { around, inner } of all) {
        assert.ok(around === undefined || around.inner.length > 0);
        assert.ok(inner.every((entry) => entry.around !== undefined));
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(refused > 100);
});
