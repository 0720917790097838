/** Client ranges that hold addresses behind which others may stand, and ranges that are wider than they look. */
import { understandingOf } from '../../config/mod.ts';
import { formatRange } from '../../policy/mod.ts';
import type { GrantSource } from '../../policy/mod.ts';
import { addressSet } from '../../proof/mod.ts';
import type { Reach } from '../../proof/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { formatCount, isInsideRange, isLoopback, listOf } from '../../std/mod.ts';
import { holds, isWithin, meets, sizeOf } from '../ranges.ts';
import type { Draft, HostInterface, Scene } from '../types.ts';
import { most } from '../words.ts';

/** Grants that go by the client address alone, as they are after never rules. */
function byAddress({ proof, now }: Scene): readonly Reach[] {
  if (!proof.rerouting) return [];
  return proof.reach.filter(
    ({ source: { authenticated, from, until } }) =>
      authenticated === undefined && from !== undefined && (until === undefined || until > now),
  );
}

export function* holdsGateway(scene: Scene): Generator<Draft> {
  const gateways = scene.host?.gateways ?? [];
  const inContainer = scene.host?.inContainer === true;
  for (const { source, clients } of byAddress(scene)) {
    const held = gateways.filter((address) => holds(clients, address));
    if (held.length === 0) continue;
    const text = listOf(held.map((address) => address.text));
    const what = inContainer
      ? `Postern runs in a container, and ${source.name} contains ${text}, its gateway: with a published port everybody on the Internet may come from there`
      : `${source.name} contains ${text}, the gateway of this host: if it passes connections on with its own address (NAT, port forwarding), everybody on the Internet comes from there`;
    yield {
      place: source.place,
      message: what,
      remedy: `Declare it, proxies: [${text}], and name networks without it; or, if nobody signs in from there, add to never: { name: gateway, from: [${text}] }.`,
    };
  }
}

export function* holdsBridge(scene: Scene): Generator<Draft> {
  const bridges = (scene.host?.interfaces ?? []).filter(({ bridge }) => bridge);
  for (const { source, clients } of byAddress(scene)) {
    const held = bridges.flatMap(({ name, addresses }) =>
      addresses.filter((address) => holds(clients, address)).map((address) => `${address.text} (${name})`),
    );
    if (held.length === 0) continue;
    yield {
      place: source.place,
      message: `${source.name} contains ${listOf(held)}, a bridge of containers on this host: what a container or its published port passes on comes from there, whoever sent it`,
      remedy: 'Name networks without the bridge, or let the containers sign in.',
    };
  }
}

export function* holdsOurselves(scene: Scene): Generator<Draft> {
  const own = ownAddresses(scene.host?.interfaces ?? []);
  for (const { source, clients } of byAddress(scene)) {
    const held = own.filter((address) => holds(clients, address));
    if (held.length === 0) continue;
    yield {
      place: source.place,
      message: `${source.name} contains ${most(
        held.map((address) => address.text),
        2,
      )}, an address of this host: every program on it can relay, and so can whoever reaches a proxy or a web form here`,
      remedy: 'Nothing is to be done when that is meant; else name networks without it.',
    };
  }
}

/** Hosts of `xclient` that a range of a grant holds beside others: nobody may have thought of them. */
export function* holdsXclient(scene: Scene): Generator<Draft> {
  for (const { source, host, isNamed } of xclientHosts(scene)) {
    if (isNamed) continue;
    yield {
      place: source.place,
      message: `${source.name} contains ${formatRange(host)}, which xclient names: what it passes on without XCLIENT can be relayed, whoever sent it`,
      remedy: `Name networks without it; for the mail of ${formatRange(host)} itself, let it sign in or give it a grant of its own.`,
    };
  }
}

/** Grants that name such a host itself: it may have mail of its own, and what it forgets to say stays in sight. */
export function* grantForXclient(scene: Scene): Generator<Draft> {
  for (const { source, host, isNamed } of xclientHosts(scene)) {
    if (!isNamed) continue;
    yield {
      place: source.place,
      message: `${source.name} is for ${formatRange(host)}, which xclient names: it must say XCLIENT for every client, since what it passes on without can be relayed`,
      remedy: 'Nothing is to be done when it does; better, let it sign in for mail of its own.',
    };
  }
}

/** `isNamed`: no range of the grant holds the host and others as well. */
function* xclientHosts(
  scene: Scene,
): Generator<{ readonly source: GrantSource; readonly host: IpRange; readonly isNamed: boolean }> {
  for (const { source, clients } of byAddress(scene)) {
    const ranges: readonly IpRange[] = source.from ?? [];
    for (const host of scene.config.xclient) {
      if (!clients.some((range) => meets(range, host))) continue;
      const isNamed = ranges.every((range) => !meets(range, host) || isWithin(range, host));
      yield { source, host, isNamed };
    }
  }
}

/** Bridges have a finding of their own; loopback is this host and nobody else. */
function ownAddresses(interfaces: readonly HostInterface[]): readonly IpAddress[] {
  return interfaces
    .filter(({ bridge }) => !bridge)
    .flatMap(({ addresses }) => addresses.filter((address) => !isLoopback(address)));
}

/** What `iUnderstand` was written for: it stays in sight. */
export function* neverEverybody({ config }: Scene): Generator<Draft> {
  for (const { from, place } of config.relay.never) {
    const understood = understandingOf('never', from);
    if (understood === undefined) continue;
    yield { place, message: understood, remedy: 'Name the networks that are meant.', acknowledged: true };
  }
}

/** The same for a grant. */
export function* wideGrants({ config }: Scene): Generator<Draft> {
  for (const { from, place } of config.relay.allow) {
    const understood = from && understandingOf('grant', from);
    if (understood === undefined) continue;
    yield {
      place,
      message: understood,
      remedy: 'Name the smaller networks that are meant.',
      acknowledged: true,
    };
  }
}

/** What one grant may have without a word: IPv4 /24, IPv6 /48. */
const WIDEST = { 4: 2n ** 8n, 6: 2n ** 80n } as const;

/** Public ranges that are narrow one by one, and together are one that is not. */
export function* wideTogether(scene: Scene): Generator<Draft> {
  const narrow = byAddress(scene).filter(
    ({ source }) => understandingOf('grant', source.from ?? []) === undefined,
  );
  const ranges = narrow.flatMap(({ source }) => source.from ?? []).filter((range) => !isInsideRange(range));
  for (const range of addressSet(ranges)) {
    if (sizeOf(range) <= WIDEST[range.family]) continue;
    const parts = narrow.filter(({ source }) => hasPart(source, range));
    const [first] = parts;
    if (first === undefined) continue;
    const names = most(
      parts.map(({ source }) => source.name),
      3,
    );
    const size =
      range.family === 4 ? ` (${formatCount(sizeOf(range), 'public address', 'public addresses')})` : '';
    yield {
      place: first.source.place,
      message: `the ranges of ${names} join to ${formatRange(range)}${size}, which is wider than /${range.family === 4 ? 24 : 48} and not private`,
      remedy: 'Name the smaller networks that are meant.',
    };
  }
}

function hasPart({ from }: GrantSource, whole: IpRange): boolean {
  const ranges: readonly IpRange[] = from ?? [];
  return ranges.some(
    (range) => range.family === whole.family && range.first >= whole.first && range.last <= whole.last,
  );
}

/** Networks of a family that no listener has: nobody can come from there. */
export function* withoutListener({ config }: Scene): Generator<Draft> {
  const families = new Set(config.listeners.flatMap(({ bind }) => bind.map(({ address }) => address.family)));
  for (const { name, from = [], place } of config.relay.allow) {
    const idle = from.filter(({ family }) => !families.has(family));
    const [first] = idle;
    if (first === undefined) continue;
    yield {
      place,
      message: `nobody can come from ${most(idle.map(formatRange), 3)} in ${name}: no listener has an IPv${first.family} address`,
      remedy: `Bind a listener to ${first.family === 4 ? '"0.0.0.0:25"' : '"[::]:25"'} as well, or remove these networks.`,
    };
  }
}
