/**
 * Reads what is known of this machine: its interfaces, its gateways, and whether it forwards packets. The only file here that
 * touches the system. What cannot be read (another system than Linux, a hardened container) is undefined; nothing throws.
 */
import { existsSync, readFileSync } from 'node:fs';
import { endianness, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { parseIp } from '../std/mod.ts';
import { isBridge, parseFlag, parseReversePath, parseRoutes4, parseRoutes6 } from './hostText.ts';
import type { HostFacts, HostInterface } from './types.ts';

export interface HostSources {
  /** Where `proc` is; `/`. */
  readonly root?: string;
  /** As the system lists them. */
  readonly interfaces?: () => ReturnType<typeof networkInterfaces>;
}

/** What is known of this machine now. Reads a handful of small files of the kernel. */
export function readHostFacts({ root = '/', interfaces = networkInterfaces }: HostSources = {}): HostFacts {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(join(root, path), 'latin1');
    } catch {
      return undefined;
    }
  };
  const routes4 = read('proc/net/route');
  const routes6 = read('proc/net/ipv6_route');
  // Without IPv6 in the kernel there is no file of its routes, and there are no routes.
  const gateways = routes4 === undefined ? undefined : parseRoutes4(routes4, endianness());
  return {
    interfaces: interfacesOf(interfaces, read),
    gateways: gateways && [...gateways, ...(routes6 === undefined ? [] : parseRoutes6(routes6))],
    forwards4: parseFlag(read('proc/sys/net/ipv4/ip_forward')),
    forwards6: parseFlag(read('proc/sys/net/ipv6/conf/all/forwarding')),
    inContainer: containerOf(root, read),
  };
}

type Read = (path: string) => string | undefined;

function interfacesOf(
  list: () => ReturnType<typeof networkInterfaces>,
  read: Read,
): readonly HostInterface[] | undefined {
  let listed: ReturnType<typeof networkInterfaces>;
  try {
    listed = list();
  } catch {
    return undefined; // some sandboxes forbid the question
  }
  const all = read('proc/sys/net/ipv4/conf/all/rp_filter');
  return Object.entries(listed).map(([name, entries = []]) => ({
    name,
    loopback: entries.some(({ internal }) => internal),
    bridge: isBridge(name),
    addresses: entries.flatMap(({ address }) => parseIp(address) ?? []),
    reversePathFilter: parseReversePath(all, read(`proc/sys/net/ipv4/conf/${name}/rp_filter`)),
  }));
}

/** The marks that Docker and Podman leave, or the control group of the first process (version 1). */
function containerOf(root: string, read: Read): boolean | undefined {
  if (existsSync(join(root, '.dockerenv')) || existsSync(join(root, 'run/.containerenv'))) return true;
  const groups = read('proc/1/cgroup');
  return groups === undefined ? undefined : /\/(?:docker|kubepods|lxc|libpod|machine\.slice)\b/.test(groups);
}
