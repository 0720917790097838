import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIp, type IpAddress } from '../std/mod.ts';
import { Admission, type AdmissionLimits } from './admission.ts';
import { ConnectionRate } from './rate.ts';

const LIMITS: AdmissionLimits = {
  connections: 1000,
  connectionsPerAddress: 1000,
  connectionsPerSecond: 1000,
  connectionsPerSecondPerAddress: 1000,
};

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address !== undefined);
  return address;
}

function admission(limits: Partial<AdmissionLimits>): Admission {
  return new Admission(() => ({ ...LIMITS, ...limits }));
}

test('enter() admits as many as may be at once in all, and not one more', () => {
  const door = admission({ connections: 3 });
  for (const last of [1, 2, 3]) assert.equal(door.enter(ip(`192.0.2.${last}`), 0), undefined);
  assert.equal(door.load, 1);
  assert.equal(door.enter(ip('192.0.2.4'), 0), 'connections');
  door.leave(ip('192.0.2.1'));
  assert.equal(door.enter(ip('192.0.2.4'), 0), undefined);
});

test('enter() admits as many as may be at once from an address or a /64, and not one more', () => {
  const door = admission({ connectionsPerAddress: 2 });
  for (const [one, two, three, other] of [
    ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['2001:db8::1', '2001:db8::2', '2001:db8::ffff:0:0:1', '2001:db8:0:1::1'],
  ] as const) {
    assert.equal(door.enter(ip(one), 0), undefined);
    assert.equal(door.enter(ip(two), 0), undefined);
    assert.equal(door.enter(ip(three), 0), 'connectionsPerAddress');
    assert.equal(door.enter(ip(other), 0), undefined);
    door.leave(ip(one));
    assert.equal(door.enter(ip(three), 0), undefined);
  }
});

test('enter() admits as many new ones in a second in all, and not one more', () => {
  const door = admission({ connectionsPerSecond: 4 });
  for (const last of [1, 2, 3, 4]) assert.equal(door.enter(ip(`192.0.2.${last}`), 1000), undefined);
  assert.equal(door.enter(ip('192.0.2.5'), 1000), 'connectionsPerSecond');
  assert.equal(door.enter(ip('192.0.2.5'), 1249), 'connectionsPerSecond');
  assert.equal(door.enter(ip('192.0.2.5'), 1250), undefined);
  assert.equal(door.enter(ip('192.0.2.5'), 1250), 'connectionsPerSecond');
});

test('enter() admits as many new ones in a second from an address, and lets others be', () => {
  const door = admission({ connectionsPerSecond: 5, connectionsPerSecondPerAddress: 2 });
  const greedy = ip('2001:db8::1');
  assert.equal(door.enter(greedy, 0), undefined);
  assert.equal(door.enter(ip('2001:db8::2'), 0), undefined);
  for (let tries = 0; tries < 100; tries += 1)
    assert.equal(door.enter(greedy, 0), 'connectionsPerSecondPerAddress');
  for (const last of [1, 2, 3]) assert.equal(door.enter(ip(`192.0.2.${last}`), 0), undefined);
  assert.equal(door.enter(greedy, 500), undefined);
});

test('enter() counts nothing of what it refuses', () => {
  const door = admission({ connections: 1 });
  assert.equal(door.enter(ip('192.0.2.1'), 0), undefined);
  for (let tries = 0; tries < 10; tries += 1) assert.equal(door.enter(ip('192.0.2.2'), 0), 'connections');
  assert.equal(door.total, 1);
});

test('take() lets no more than twice the rate through in any second, whatever the clock does, and forgets who is gone', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 30 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (taken) => {
      const rate = new ConnectionRate();
      const rates = { connectionsPerSecond: 10, connectionsPerSecondPerAddress: 2 };
      const passed: { readonly at: number; readonly address: number }[] = [];
      let now = 0;
      for (const [wait, address] of taken) {
        now += wait;
        if (rate.take(`${address}`, rates, now) === undefined) passed.push({ at: now, address });
        const within = passed.filter(({ at }) => at > now - 1000);
        assert.ok(within.length <= 20);
        assert.ok(within.filter((each) => each.address === address).length <= 4);
        assert.ok(rate.size <= within.length + 1);
      }
      const back = now - 1_000_000;
      assert.notEqual(
        rate.take('a', rates, back),
        'connectionsPerSecondPerAddress',
        'a clock that is set back',
      );
    }),
    { numRuns: 300 },
  );
});

test('enter() holds no program on this machine to a rate', () => {
  const admission = new Admission(() => ({
    connections: 1_000,
    connectionsPerAddress: 1_000,
    connectionsPerSecond: 2,
    connectionsPerSecondPerAddress: 1,
  }));
  for (let count = 0; count < 100; count += 1) assert.equal(admission.enter(ip('127.0.0.66'), 0), undefined);
  assert.equal(admission.enter(ip('192.0.2.1'), 0), undefined);
  assert.equal(admission.enter(ip('192.0.2.1'), 0), 'connectionsPerSecondPerAddress');
});
