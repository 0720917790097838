import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { endianness, networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readHostFacts } from './host.ts';
import { isBridge, parseFlag, parseReversePath, parseRoutes4, parseRoutes6 } from './hostText.ts';

/** As Linux writes them, on a machine with little-endian numbers. */
const ROUTES4 = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
wg0\t00000000\t00000000\t0001\t0\t0\t9\t00000000\t0\t0\t0
eth1\t00000000\t0101000A\t0002\t0\t0\t9\t00000000\t0\t0\t0
eth2\t0000000A\t0102000A\t0003\t0\t0\t0\t000000FF\t0\t0\t0
`;
const ROUTES6 = `fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`;

const texts = (addresses: readonly { readonly text: string }[]): readonly string[] =>
  addresses.map(({ text }) => text);

test('parseRoutes4() finds the gateways of default routes that are up, and no other route', () => {
  assert.deepEqual(texts(parseRoutes4(ROUTES4, 'LE')), ['192.0.2.1']);
  assert.deepEqual(texts(parseRoutes4('e 00000000 C0000201 3 0 0 0 00000000', 'BE')), ['192.0.2.1']);
  for (const text of [
    '',
    'Iface',
    'eth0 00000000 xyz 0003 0 0 0 00000000',
    'eth0 00000000 010200C0 zz 0 0 0 00000000',
  ])
    assert.deepEqual(parseRoutes4(text, 'LE'), [], text);
});

test('parseRoutes6() finds the gateways of default routes that are up, and no other route', () => {
  assert.deepEqual(texts(parseRoutes6(ROUTES6)), ['fd00::1']);
  assert.deepEqual(parseRoutes6('nonsense\n'), []);
});

test('parseReversePath() goes by the greater of the two settings, and says when one is not known', () => {
  assert.equal(parseReversePath('0\n', '0\n'), 'off');
  assert.equal(parseReversePath('1\n', '0\n'), 'strict');
  assert.equal(parseReversePath('1', '2'), 'loose');
  assert.equal(parseReversePath(undefined, '0'), undefined);
  assert.equal(parseReversePath('0', 'x'), undefined);
  assert.equal(parseFlag('1\n'), true);
  assert.equal(parseFlag('0\n'), false);
  assert.equal(parseFlag('yes'), undefined);
});

test('isBridge() knows bridges by their names', () => {
  for (const name of ['docker0', 'br-0123456789ab', 'cni0', 'cni-podman0', 'podman0', 'virbr0', 'lxdbr0'])
    assert.equal(isBridge(name), true, name);
  for (const name of ['eth0', 'br0', 'br-lan', 'lo', 'wlan0']) assert.equal(isBridge(name), false, name);
});

/** A folder with these files below it. */
async function machine(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'postern-host-'));
  t.after(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const entry = (address: string, internal = false) => ({
  address,
  netmask: '',
  mac: '',
  internal,
  cidr: null,
  family: 'IPv4' as const,
});

test('readHostFacts() reads interfaces, gateways and settings from the files of the kernel', async (t) => {
  const root = await machine(t, {
    'proc/net/route': endianness() === 'LE' ? ROUTES4 : '',
    'proc/net/ipv6_route': ROUTES6,
    'proc/sys/net/ipv4/ip_forward': '1\n',
    'proc/sys/net/ipv6/conf/all/forwarding': '0\n',
    'proc/sys/net/ipv4/conf/all/rp_filter': '0\n',
    'proc/sys/net/ipv4/conf/eth0/rp_filter': '0\n',
    'proc/sys/net/ipv4/conf/docker0/rp_filter': '2\n',
    'proc/1/cgroup': '0::/init.scope\n',
  });
  const facts = readHostFacts({
    root,
    interfaces: () => ({
      lo: [entry('127.0.0.1', true)],
      eth0: [entry('192.0.2.2'), entry('fe80::1%eth0')],
      docker0: [entry('172.17.0.1')],
    }),
  });
  assert.deepEqual(
    facts.interfaces?.map((each) => ({ ...each, addresses: texts(each.addresses) })),
    [
      { name: 'lo', loopback: true, bridge: false, addresses: ['127.0.0.1'], reversePathFilter: undefined },
      {
        name: 'eth0',
        loopback: false,
        bridge: false,
        addresses: ['192.0.2.2', 'fe80::1'],
        reversePathFilter: 'off',
      },
      {
        name: 'docker0',
        loopback: false,
        bridge: true,
        addresses: ['172.17.0.1'],
        reversePathFilter: 'loose',
      },
    ],
  );
  if (endianness() === 'LE') assert.deepEqual(texts(facts.gateways ?? []), ['192.0.2.1', 'fd00::1']);
  assert.equal(facts.forwards4, true);
  assert.equal(facts.forwards6, false);
  assert.equal(facts.inContainer, false);
});

test('readHostFacts() says what it cannot read, and throws nothing', async (t) => {
  const facts = readHostFacts({
    root: await machine(t, {}),
    interfaces: () => {
      throw new Error('not permitted');
    },
  });
  assert.deepEqual(facts, {
    interfaces: undefined,
    gateways: undefined,
    forwards4: undefined,
    forwards6: undefined,
    inContainer: undefined,
  });
});

for (const [mark, files] of [
  ['the mark of Docker', { '.dockerenv': '' }],
  ['the mark of Podman', { 'run/.containerenv': '' }],
  ['the control group', { 'proc/1/cgroup': '12:pids:/kubepods/besteffort/pod1\n' }],
] as const) {
  test(`readHostFacts() knows a container by ${mark}`, async (t) => {
    assert.equal(readHostFacts({ root: await machine(t, files) }).inContainer, true);
  });
}

test('readHostFacts() reads this machine', () => {
  const { interfaces } = readHostFacts();
  assert.equal(interfaces?.length, Object.keys(networkInterfaces()).length);
  assert.ok(interfaces.some(({ loopback, addresses }) => loopback && texts(addresses).includes('127.0.0.1')));
});
