/** `relay_dest_domains.ini`: domains to which anybody may send, and hosts that mail for a domain is sent to. */
import { isTextProblem, parseHost } from '../../config/mod.ts';
import { parseDomain } from '../../mail/mod.ts';
import type { Domain } from '../../mail/mod.ts';
import { formatHost } from '../../std/mod.ts';
import type { Remarks } from '../remarks.ts';
import type { Origin } from '../types.ts';
import type { Setting } from './files.ts';

export interface DestinationEntry {
  readonly domain: Domain;
  readonly action: 'accept' | 'continue' | 'deny' | undefined;
  /** `host:port` */
  readonly nextHop: string | undefined;
  readonly where: Origin;
}

export interface Destinations {
  readonly entries: readonly DestinationEntry[];
  /** The next hop of `any`, which stands for every other domain. */
  readonly any: { readonly nextHop: string; readonly where: Origin } | undefined;
}

const FILE = 'relay_dest_domains.ini';
const ACTIONS = ['accept', 'continue', 'deny'] as const;

export function readDestinations(settings: readonly Setting[], remarks: Remarks): Destinations {
  const entries: DestinationEntry[] = [];
  let any: Destinations['any'];
  for (const { section, key, text, line } of settings) {
    if (section !== 'domains') continue;
    const where = { file: FILE, line };
    const value = valueOf(text);
    if (value === undefined) {
      const why = 'Its value is not an object in JSON, and Haraka fails on it.';
      remarks.left({ what: key, where, why, remedy: 'Write { "action": "accept" }, or remove it.' });
      continue;
    }
    const nextHop = hopOf(value.nextHop, key, where, remarks);
    if (key === 'any') {
      if (nextHop !== undefined) any = { nextHop, where };
      continue;
    }
    const domain = parseDomain(key);
    if (domain === undefined) {
      remarks.left({ what: key, where, why: 'It is not a domain name.' });
      continue;
    }
    entries.push({ domain, action: ACTIONS.find((action) => action === value.action), nextHop, where });
  }
  return { entries, any };
}

interface Value {
  readonly action: unknown;
  readonly nextHop: string | undefined;
}

function valueOf(text: string): Value | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const fields = new Map<string, unknown>(Object.entries(value));
    const nextHop = fields.get('nexthop');
    return { action: fields.get('action'), nextHop: typeof nextHop === 'string' ? nextHop : undefined };
  } catch {
    return undefined;
  }
}

function hopOf(text: string | undefined, key: string, where: Origin, remarks: Remarks): string | undefined {
  if (text === undefined || text === '') return undefined;
  const host = parseHost(text.replace(/^smtp:\/\//, ''), { port: 25 });
  if (!isTextProblem(host)) return formatHost(host);
  remarks.left({
    what: `nexthop of ${key}`,
    where,
    why: `${host.problem}.`,
    remedy: 'Write a forward with host and port; credentials and LMTP are not possible in it.',
  });
  return undefined;
}
