/**
 * `connectingTo` without another condition: as good as the address is out of reach.
 *
 * Windows NT had a switch, "IP forwarding". Linux takes a packet for any of its addresses on every interface (the weak host model,
 * RFC 1122 3.3.4.2), so what keeps outsiders away is that nobody routes a private address to this host, and packet filters.
 */
import type { GrantSource } from '../../policy/mod.ts';
import { formatRange } from '../../policy/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import { isInside, isLoopback, listOf } from '../../std/mod.ts';
import { addressSet } from '../../proof/mod.ts';
import { holds, isCovered } from '../ranges.ts';
import type { Draft, HostInterface, Scene } from '../types.ts';
import { most } from '../words.ts';

interface ByLocal {
  readonly grant: GrantSource;
  readonly connectingTo: NonNullable<GrantSource['connectingTo']>;
}

/** Grants with nothing but an address of ours, which is not loopback: that nobody but this host can reach. */
function byLocalAddress({ config, now }: Scene): readonly ByLocal[] {
  if (!config.routing.reroute) return [];
  return config.relay.allow.flatMap((grant) => {
    const { connectingTo, authenticated, from, until } = grant;
    if (connectingTo === undefined || authenticated !== undefined || from !== undefined) return [];
    return until !== undefined && until <= now ? [] : [{ grant, connectingTo }];
  });
}

/** The addresses a client can connect to; a wildcard stands for those of the host. Undefined: not known. */
function reachable({ config, host }: Scene, family: 4 | 6): readonly IpAddress[] | undefined {
  const bound = config.listeners.flatMap(({ bind }) => bind.map(({ address }) => address));
  const ours = bound.filter((address) => address.family === family && !isLoopback(address));
  if (!ours.some(isWildcard)) return ours;
  const interfaces = host?.interfaces;
  return interfaces
    ?.flatMap(({ addresses }) => addresses)
    .filter((address) => address.family === family && !isLoopback(address) && !isLinkLocal(address));
}

function isWildcard({ text }: IpAddress): boolean {
  return text === '0.0.0.0' || text === '::';
}

/** fe80::/10: every interface has one, and mail is not sent to it. */
function isLinkLocal(address: IpAddress): boolean {
  return address.family === 6 && address.value >> 118n === 0x3fan;
}

/** Where every address that clients can connect to is named, the condition narrows nothing: it relays for everybody. */
export function* everyClient(scene: Scene): Generator<Draft> {
  for (const { grant, connectingTo } of byLocalAddress(scene)) {
    for (const family of [4, 6] as const) {
      const ours = reachable(scene, family);
      if (ours === undefined || ours.length === 0) continue;
      if (!ours.every((address) => holds(connectingTo, address))) continue;
      const all = most(
        ours.map(({ text }) => text),
        3,
      );
      yield {
        place: grant.place,
        message: `${grant.name} relays for everybody: ${ours.length === 1 ? `${all} is the only IPv${family} address` : `${all} are all the IPv${family} addresses`} that clients can connect to`,
        remedy: 'Add from or authenticated to the grant, or give applications an address of their own.',
      };
    }
  }
}

/**
 * Addresses that no interface has: nobody can connect to them. One that a listener is bound to by name is not looked at: there Postern
 * does not even start.
 */
export function* notOurs({ config, host }: Scene): Generator<Draft> {
  const interfaces = host?.interfaces;
  if (interfaces === undefined) return;
  const own = interfaces.flatMap(({ addresses }) => addresses);
  const known = [...own, ...config.listeners.flatMap(({ bind }) => bind.map(({ address }) => address))];
  for (const { name, connectingTo = [], place } of config.relay.allow) {
    const missing = connectingTo.filter((range) => !known.some((address) => holds([range], address)));
    // All of 127.0.0.0/8 is this host's, whatever the interface lists.
    if (missing.every(isLoopbackRange)) continue;
    const others = own.filter((address) => !isLoopback(address) && !isLinkLocal(address));
    yield {
      place,
      message: `no interface of this host has an address in ${most(missing.map(formatRange), 3)}, so nobody can meet connectingTo of ${name}`,
      remedy: `Give this host the address, or name one of its own: ${most(
        others.map(({ text }) => text),
        5,
      )}.`,
    };
  }
}

function isLoopbackRange(range: NonNullable<GrantSource['connectingTo']>[number]): boolean {
  return range.family === 4 ? range.first >= 0x7f000000 && range.last <= 0x7fffffff : range.first === 1n;
}

/** Whoever comes through a proxy reaches the address that the proxy connects to, and `from` does not stand in the way. */
export function* throughProxy(scene: Scene): Generator<Draft> {
  const { proxies, relay } = scene.config;
  const forbidden = addressSet(relay.never.flatMap(({ from }) => from));
  const open = proxies.map(({ range }) => range).filter((range) => !isCovered(range, forbidden));
  if (open.length === 0) return;
  for (const { grant, connectingTo } of byLocalAddress(scene)) {
    yield {
      place: grant.place,
      message: `${grant.name} holds for everybody who comes through ${most(open.map(formatRange), 3)} (proxies), if that connects to ${listOf(connectingTo.map(formatRange))}`,
      remedy: 'Add from to the grant, with networks without the proxy.',
    };
  }
}

export function* whileForwarding(scene: Scene): Generator<Draft> {
  const { host } = scene;
  for (const { grant, connectingTo } of exposed(scene)) {
    const families = new Set(connectingTo.map(({ family }) => family));
    const on = [
      ...(families.has(4) && host?.forwards4 === true ? ['net.ipv4.ip_forward'] : []),
      ...(families.has(6) && host?.forwards6 === true ? ['net.ipv6.conf.all.forwarding'] : []),
    ];
    if (on.length === 0) continue;
    yield {
      place: grant.place,
      message: `this host is a router (${listOf(on)} = 1): what it forwards or translates (NAT, port forwarding) can lead outsiders to ${listOf(connectingTo.map(formatRange))} of ${grant.name}`,
      remedy: `Turn forwarding off (sysctl -w ${listOf(on.map((key) => `${key}=0`))}), or add from to the grant.`,
    };
  }
}

export function* withoutReversePathFilter(scene: Scene): Generator<Draft> {
  for (const { grant, connectingTo, others } of exposed(scene)) {
    const open = others.filter(({ reversePathFilter }) => reversePathFilter === 'off');
    const [first] = open;
    if (first === undefined || !connectingTo.some(({ family }) => family === 4)) continue;
    const names = listOf(open.map(({ name }) => name));
    yield {
      place: grant.place,
      message: `packets for ${listOf(connectingTo.map(formatRange))} of ${grant.name} are taken on ${names}, too, from any claimed address (rp_filter is off): a neighbour there that routes the address to this host can relay`,
      remedy: `Drop such packets in the packet filter: nft add rule inet filter input iifname "${first.name}" ip daddr ${destination(connectingTo)} drop; and set net.ipv4.conf.${first.name}.rp_filter = 1.`,
    };
  }
}

export function* weakHost(scene: Scene): Generator<Draft> {
  for (const { grant, connectingTo, others } of exposed(scene)) {
    const filtered = others.filter(({ reversePathFilter }) => reversePathFilter !== 'off');
    const [first] = filtered;
    if (first === undefined) continue;
    yield {
      place: grant.place,
      message: `packets for ${listOf(connectingTo.map(formatRange))} of ${grant.name} are taken on ${most(
        filtered.map(({ name }) => name),
        3,
      )}, too (weak host model): a neighbour there that routes the address to this host can relay`,
      remedy: `If strangers are there, drop such packets in the packet filter: nft add rule inet filter input iifname "${first.name}" ip daddr ${destination(connectingTo)} drop.`,
    };
  }
}

function destination(connectingTo: ByLocal['connectingTo']): string {
  const ranges = connectingTo.map(formatRange);
  return ranges.length === 1 ? ranges.join('') : `{ ${ranges.join(', ')} }`;
}

/** Grants for a private address of ours while the host has other interfaces, on which outsiders may be. */
function exposed(scene: Scene): readonly (ByLocal & { readonly others: readonly HostInterface[] })[] {
  const interfaces = scene.host?.interfaces ?? [];
  return byLocalAddress(scene).flatMap((each) => {
    const inner = interfaces.filter(({ addresses }) =>
      addresses.some(
        (address) => isInside(address) && !isLoopback(address) && holds(each.connectingTo, address),
      ),
    );
    if (inner.length === 0) return [];
    const others = interfaces.filter((candidate) => !candidate.loopback && !inner.includes(candidate));
    return others.length === 0 ? [] : [{ ...each, others }];
  });
}
