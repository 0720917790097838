/**
 * Which addresses an MX record may lead to. Anybody can point a domain at 127.0.0.1 or at a host inside our network, and we
 * would carry mail to where its sender cannot go; so only public addresses count, and those that are named for it.
 */
import { networkInterfaces } from 'node:os';
import { inRange, isPublic, parseIp, type IpAddress, type IpRange } from '../std/mod.ts';

export interface ReachOptions {
  /** Where our listeners are bound: `192.0.2.1:25`, `[::]:25`. */
  readonly ownAddresses: readonly string[];
  /** Addresses that are not public and may be reached all the same. */
  readonly mayReach: readonly IpRange[];
  /** The port that mail for MX hosts goes to; a listener on another port is no loop. */
  readonly port: number;
}

export type Standing = 'reachable' | 'notPublic' | 'ourselves';

/** How long this machine's own addresses are believed not to change, milliseconds. */
const INTERFACES_HOLD_MS = 10_000;

export function createReach(options: ReachOptions): (address: IpAddress) => Standing {
  const bound = new Set<string>();
  const wildcards = new Set<4 | 6>();
  for (const { address, port } of options.ownAddresses.map(parseBind)) {
    if (port !== options.port) continue;
    bound.add(address.text);
    if (address.value === 0 || address.value === 0n) wildcards.add(address.family);
    // A socket on :: also takes IPv4 (RFC 3493 5.3), as Node binds it.
    if (address.value === 0n) wildcards.add(4);
  }
  const machine = createMachineAddresses();

  return (address) => {
    if (bound.has(address.text) || (wildcards.has(address.family) && machine().has(address.text)))
      return 'ourselves';
    return isPublic(address) || options.mayReach.some((range) => inRange(address, range))
      ? 'reachable'
      : 'notPublic';
  };
}

function parseBind(text: string): { readonly address: IpAddress; readonly port: number } {
  const colon = text.lastIndexOf(':');
  const address = parseIp(text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'));
  if (address === undefined) throw new Error(`Cannot use ${JSON.stringify(text)} as an address with a port`);
  return { address, port: Number(text.slice(colon + 1)) };
}

/** The addresses of this machine's interfaces; asking the system takes long enough not to do it for each message. */
function createMachineAddresses(): () => ReadonlySet<string> {
  let known: ReadonlySet<string> = new Set();
  let until = 0;
  return () => {
    const now = performance.now();
    if (now < until) return known;
    const texts = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    known = new Set(texts.map(({ address }) => parseIp(address)?.text ?? address));
    until = now + INTERFACES_HOLD_MS;
    return known;
  };
}
