/** The texts in which the Linux kernel tells of routes and settings (proc(5), ip-sysctl). Pure; what is malformed is left out. */
import { ipv4, ipv6 } from '../std/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import type { HostInterface } from './types.ts';

/** RTF_UP and RTF_GATEWAY of <linux/route.h>. */
const UP = 0x1;
const BY_GATEWAY = 0x2;

/** Gateways of the default routes in `/proc/net/route`. Its addresses are numbers in the order of the machine's octets. */
export function parseRoutes4(text: string, order: 'LE' | 'BE'): readonly IpAddress[] {
  return text.split('\n').flatMap((line) => {
    const [, destination, gateway = '', flags = '', , , , mask] = line.trim().split(/\s+/);
    if (destination !== '00000000' || mask !== '00000000' || !/^[0-9A-Fa-f]{8}$/.test(gateway)) return [];
    if (!isByGateway(flags)) return [];
    const octets = Buffer.from(gateway, 'hex');
    return [ipv4(order === 'LE' ? octets.readUInt32LE() : octets.readUInt32BE())];
  });
}

/** The same of `/proc/net/ipv6_route`, whose addresses are in network order. */
export function parseRoutes6(text: string): readonly IpAddress[] {
  return text.split('\n').flatMap((line) => {
    const [destination = '', length, , , gateway = '', , , , flags = ''] = line.trim().split(/\s+/);
    if (length !== '00' || !/^0{32}$/.test(destination) || !/^[0-9a-f]{32}$/i.test(gateway)) return [];
    return isByGateway(flags) ? [ipv6(BigInt(`0x${gateway}`))] : [];
  });
}

function isByGateway(flags: string): boolean {
  if (!/^[0-9a-f]{1,8}$/i.test(flags)) return false;
  const bits = Number.parseInt(flags, 16);
  return (bits & UP) !== 0 && (bits & BY_GATEWAY) !== 0;
}

/** A setting that is 0, or something else; undefined when it could not be read or is no number. */
export function parseFlag(text: string | undefined): boolean | undefined {
  const number = parseNumber(text);
  return number === undefined ? undefined : number !== 0;
}

/** `rp_filter`: 0 off, 1 strict, 2 loose; the kernel goes by the greater of `all` and the interface's own. */
export function parseReversePath(
  all: string | undefined,
  own: string | undefined,
): HostInterface['reversePathFilter'] {
  const [one, other] = [parseNumber(all), parseNumber(own)];
  if (one === undefined || other === undefined) return undefined;
  const value = Math.max(one, other);
  if (value === 0) return 'off';
  return value === 1 ? 'strict' : 'loose';
}

function parseNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** Names that Docker, Podman, the container network interface, LXC, LXD and libvirt give to their bridges. */
const BRIDGE = /^(?:docker\d+|br-[0-9a-f]{12}|cni|podman\d|cilium_host|lxcbr|lxdbr|virbr|incusbr|nerdctl)/;

export function isBridge(name: string): boolean {
  return BRIDGE.test(name);
}
