import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORGET_AFTER, Gateways, type HostAddress, type Surroundings } from './gateways.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const HOST: readonly HostAddress[] = [
  { address: '10.0.0.254', kind: 'gateway' },
  { address: '172.17.0.1', kind: 'bridge' },
  { address: '10.0.0.9', kind: 'own' },
];

function at(now: number, enough = 3): Surroundings {
  return { now, enough, host: () => HOST };
}

test('see() suspects a client at the name that is enough, and not before', () => {
  const gateways = new Gateways();
  const see = (name: string) => gateways.see({ client: '10.0.0.1', name, grant: 'office' }, at(NOW));
  assert.equal(see('one.test'), undefined);
  assert.equal(see('two.test'), undefined);
  assert.equal(see('two.test'), undefined);
  assert.equal(see(''), undefined);
  assert.deepEqual(see('three.test'), {
    client: '10.0.0.1',
    grant: 'office',
    reason: 'names',
    names: 3,
    examples: ['three.test', 'two.test', 'one.test'],
    since: NOW,
    lastSeen: NOW,
  });
  assert.equal(see('four.test'), undefined, 'it is told once');
});

test('see() suspects the gateway, a bridge and an address of ours at first sight, whatever the name', () => {
  for (const { address, kind } of HOST) {
    const suspect = new Gateways().see({ client: address, name: '', grant: 'lan' }, at(NOW));
    assert.equal(suspect?.reason, kind);
  }
  assert.equal(new Gateways().see({ client: '10.0.0.8', name: 'x', grant: 'lan' }, at(NOW)), undefined);
});

test('sweep() forgets a suspect that was not seen for seven days, and not one that was', () => {
  const gateways = new Gateways();
  gateways.see({ client: '10.0.0.254', name: '', grant: 'lan' }, at(NOW));
  gateways.see({ client: '172.17.0.1', name: '', grant: 'lan' }, at(NOW));
  gateways.see({ client: '10.0.0.254', name: '', grant: 'lan' }, at(NOW + 1));
  assert.equal(gateways.sweep(NOW + FORGET_AFTER - 1), false);
  assert.equal(gateways.sweep(NOW + FORGET_AFTER), true);
  assert.deepEqual([...gateways.all().keys()], ['10.0.0.254']);
});

test('Gateways goes on from what was kept, and keeps no more suspects than it may', () => {
  const first = new Gateways();
  const clients = Array.from(
    { length: 1001 },
    (_, index) => `10.1.${Math.floor(index / 256)}.${index % 256}`,
  );
  for (const [index, client] of clients.entries()) {
    const see = { client, name: `n${index}`, grant: 'lan' };
    assert.ok(first.see(see, at(NOW + index, 1)) !== undefined);
  }
  assert.equal(first.all().size, 1000);
  assert.ok(!first.all().has(clients[0] ?? ''), 'the one that was not seen for the longest is forgotten');
  assert.equal(first.takeChanges().get(clients[0] ?? 'x'), undefined);
  const second = new Gateways(first.all().values());
  assert.equal(second.see({ client: clients[1] ?? '', name: 'n', grant: 'lan' }, at(NOW, 1)), undefined);
});
