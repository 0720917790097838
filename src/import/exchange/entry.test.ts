import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTextProblem, parseRange } from '../../config/mod.ts';
import { inRange, ipv4 } from '../../std/mod.ts';
import { parseEntry } from './entry.ts';

test('parseEntry() reads the forms of the registry and of the dialogue', () => {
  const one = (text: string) => {
    const entry = parseEntry(text);
    return entry.kind === 'networks' ? entry.networks.join(' ') : entry.kind;
  };
  assert.equal(one('192.168.0.0;255.255.0.0'), '192.168.0.0/16');
  assert.equal(one('192.168.1.17'), '192.168.1.17');
  assert.equal(one('192.168.1.17;'), '192.168.1.17');
  assert.equal(one('IP=1.1.1.1, MASK=255.255.255.255'), '1.1.1.1');
  assert.equal(one('ip=1.1.1.0 mask=255.255.255.0'), '1.1.1.0/24');
  assert.equal(one('0.0.0.0;0.0.0.0'), 'everybody');
  assert.equal(one('0.0.0.0;0'), 'everybody');
  assert.equal(one('0.0.0.0'), '0.0.0.0');
  assert.equal(one('255.255.255.255'), '255.255.255.255');
});

test('parseEntry() names both correct forms of an entry that never matched', () => {
  const entry = parseEntry('1.1.1.9;255.255.255.0');
  assert.ok(entry.kind === 'nobody');
  assert.equal(
    entry.problem,
    '1.1.1.9 has bits that the mask 255.255.255.0 clears, so the old service never matched it',
  );
  assert.equal(entry.remedy, 'Write 1.1.1.9 for that host, or 1.1.1.0/24 for the network.');
});

test('parseEntry() explains what it cannot read', () => {
  for (const text of [
    '',
    '10.0.0',
    '010.0.0.1',
    'host.example',
    '10.0.0.1;255.255.255',
    '::1',
    '10.0.0.1;1;2',
  ]) {
    const entry = parseEntry(text);
    assert.equal(entry.kind, 'unreadable', text);
    assert.ok(entry.kind === 'unreadable' && entry.problem !== '');
  }
});

/** How the old service compared (Q193922): `(IP Address AND mask) = net`. */
function matched(client: number, net: number, mask: number): boolean {
  return (client & mask) >>> 0 === net;
}

test('parseEntry() holds exactly the clients that the old service matched, or says that it does not', () => {
  const word = fc.nat({ max: 0xffffffff });
  const masks = fc.oneof(
    fc.integer({ min: 0, max: 32 }).map((bits) => (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0)),
    // A few holes.
    fc
      .tuple(fc.integer({ min: 1, max: 32 }), word, word, word)
      .map(([bits, a, b, c]) => ((0xffffffff << (32 - bits)) & (a | b | c)) >>> 0),
    word,
  );
  fc.assert(
    fc.property(word, masks, fc.boolean(), fc.array(word, { maxLength: 20 }), (base, mask, clean, bits) => {
      const net = clean ? (base & mask) >>> 0 : base;
      const entry = parseEntry(`${ipv4(net).text};${ipv4(mask).text}`);
      // Clients close to the network: bits of the base flipped, outside and inside the mask.
      const clients = [
        base,
        net,
        ...bits.map((word) => (base ^ (word & ~mask)) >>> 0),
        ...bits.map((word) => (base ^ (1 << (word % 32))) >>> 0),
      ];
      for (const client of clients) {
        const old = matched(client, net, mask);
        const fits = (texts: readonly string[]) =>
          texts.some((text) => {
            const range = parseRange(text);
            return !isTextProblem(range) && inRange(ipv4(client), range);
          });
        if (entry.kind === 'networks') assert.equal(fits(entry.networks), old);
        else if (entry.kind === 'everybody') assert.ok(old);
        else if (entry.kind === 'nobody') assert.ok(!old);
        else if (entry.kind === 'scattered')
          assert.ok(!old || entry.around.endsWith('/0') || fits([entry.around]));
        else assert.fail(entry.problem);
      }
    }),
    { numRuns: 2000 },
  );
});
