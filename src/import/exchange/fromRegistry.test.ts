/** The import decides like the old service, or says so; it never lets anybody relay whom that did not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseConfig, policySource } from '../../config/mod.ts';
import { parseMailbox } from '../../mail/mod.ts';
import { compilePolicy, decide } from '../../policy/mod.ts';
import type { Policy } from '../../policy/mod.ts';
import { ipv4 } from '../../std/mod.ts';
import { importRegistry } from './fromRegistry.ts';
import { parseRoutingTable } from './routingTable.ts';
import type { OldRoute } from './routingTable.ts';

/** 10.0.0.0 */
const BASE = 0x0a000000;

interface Network {
  readonly net: number;
  readonly mask: number;
}

const networks: fc.Arbitrary<Network> = fc
  .tuple(fc.nat(31), fc.constantFrom(32, 31, 30, 29, 28, 24, 0), fc.boolean(), fc.nat(31))
  .map(([offset, prefix, clean, hole]) => {
    const mask = prefix === 0 ? 0 : ((0xffffffff << (32 - prefix)) & ~(hole % 3 === 0 ? hole : 0)) >>> 0;
    const net = BASE + offset;
    return { net: clean ? (net & mask) >>> 0 : net, mask };
  });
const lists = fc.array(networks, { maxLength: 4 });

interface Old {
  readonly flags: number | undefined;
  readonly deny: readonly Network[];
  readonly allow: readonly Network[];
  readonly local: readonly Network[];
}

const settings: fc.Arbitrary<Old> = fc.record({
  flags: fc.option(fc.nat(15), { nil: undefined, freq: 10 }),
  deny: lists,
  allow: lists,
  local: lists,
});

interface Client {
  readonly client: number;
  readonly local: number;
  readonly signedIn: boolean;
}

/** The statements of Q193922 in their order. */
function relayed({ flags = 0, deny, allow, local }: Old, client: Client): boolean {
  const matches = (list: readonly Network[], address: number): boolean =>
    list.some(({ net, mask }) => (address & mask) >>> 0 === net);
  if ((flags & 15) === 0) return true;
  if ((flags & 1) !== 0 && matches(deny, client.client)) return false;
  if ((flags & 2) !== 0 && matches(allow, client.client)) return true;
  if ((flags & 4) !== 0 && matches(local, client.local)) return true;
  if ((flags & 8) !== 0 && client.signedIn) return true;
  return flags === 1;
}

function imported({ flags, deny, allow, local }: Old, doNotReroute: boolean) {
  const where = { file: 'ims.reg', line: 1 };
  const list = (entries: readonly Network[]) => ({
    where,
    entries: entries.map(({ net, mask }) => `${ipv4(net).text};${ipv4(mask).text}`),
  });
  const importing = importRegistry({
    settings: {
      file: 'ims.reg',
      flags: flags === undefined ? undefined : { value: flags, where },
      lists: { deny: list(deny), allow: list(allow), local: list(local) },
      computer: undefined,
    },
    table: { file: 'routing.txt', routes: table('ours.example <inbound>') },
    hostname: 'mail.ours.example',
    doNotReroute,
  });
  assert.ok('yaml' in importing);
  return importing;
}

function table(text: string): readonly OldRoute[] {
  const reading = parseRoutingTable(text, 'routing.txt');
  assert.ok('routes' in reading);
  return reading.routes;
}

function policyOf(yaml: string): Policy {
  const reading = parseConfig(yaml, 'postern.yaml');
  if ('problems' in reading) assert.fail(`${JSON.stringify(reading.problems)}\n${yaml}`);
  return compilePolicy(policySource(reading.config));
}

function relaysNow(
  policy: Policy,
  { client, local, signedIn }: Client,
  recipient = 'u@other.example',
): boolean {
  const mailbox = parseMailbox(recipient);
  assert.ok('address' in mailbox);
  const decision = decide(
    {
      client: ipv4(client),
      localAddress: ipv4(local),
      listener: 'internet',
      account: signedIn ? 'a@ours.example' : undefined,
      sender: null,
      recipient: mailbox,
      mailbox: 'known',
      at: 0,
    },
    policy,
  );
  return decision.verdict === 'accepted';
}

const addresses = fc.oneof(
  fc.nat(31).map((offset) => BASE + offset),
  fc.constant(0xc6336407),
);
const clients: fc.Arbitrary<Client> = fc.record({
  client: addresses,
  local: addresses,
  signedIn: fc.boolean(),
});

test('importRegistry() lets nobody relay whom the old service did not, and everybody whom it did unless it says otherwise', () => {
  fc.assert(
    fc.property(settings, fc.array(clients, { minLength: 1, maxLength: 12 }), (old, asked) => {
      const importing = imported(old, false);
      const policy = policyOf(importing.yaml);
      for (const client of asked) {
        const [before, now] = [relayed(old, client), relaysNow(policy, client)];
        assert.ok(before || !now, 'opens more than before');
        if (importing.notCarried.length === 0) assert.equal(now, before);
      }
    }),
    { numRuns: 300 },
  );
});

test('importRegistry() with rerouting off relays for nobody, whatever is stored, and still receives', () => {
  fc.assert(
    fc.property(settings, clients, (old, client) => {
      const importing = imported(old, true);
      const policy = policyOf(importing.yaml);
      assert.equal(relaysNow(policy, client), false);
      assert.equal(relaysNow(policy, client, 'u@ours.example'), true);
    }),
    { numRuns: 100 },
  );
});

test('importRegistry() needs a name, and says how to give one', () => {
  const importing = importRegistry({
    settings: {
      file: 'ims.reg',
      flags: undefined,
      lists: { deny: undefined, allow: undefined, local: undefined },
      computer: undefined,
    },
    table: undefined,
    hostname: undefined,
    doNotReroute: false,
  });
  assert.ok('problems' in importing);
  assert.equal(importing.problems[0].remedy, 'Add --hostname with its name, such as mail.contoso.example.');
});
