/** The table of who can relay: a row for every grant, in the order of the file. */
import { formatPlace, formatRange, formatRate } from '../policy/mod.ts';
import type { AddressPattern, GrantSource, Limit } from '../policy/mod.ts';
import { formatAddressSet, formatMailboxPattern } from '../proof/mod.ts';
import type { AddressCount, Proof, Reach } from '../proof/mod.ts';
import { formatMoment } from '../std/mod.ts';
import { amount, most } from './words.ts';

/** The columns, in order. */
export const REACH_COLUMNS = [
  'grant',
  'clients',
  'addresses',
  'public',
  'signed in',
  'senders',
  'recipients',
  'limit',
  'until',
  'place',
] as const;

export type ReachRow = Readonly<Record<(typeof REACH_COLUMNS)[number], string>>;

/** `items`: how many ranges, patterns and accounts are named in one cell; the rest is counted. */
export function whoCanRelay({ reach }: Proof, { items }: { readonly items: number }): readonly ReachRow[] {
  return reach.map((each) => rowOf(each, items));
}

function rowOf(each: Reach, items: number): ReachRow {
  const { source, count } = each;
  return {
    grant: each.reached ? source.name : `${source.name} (never)`,
    clients: clientsOf(each, items),
    addresses: source.from === undefined ? 'every' : total(count.v4, count.v6),
    public: source.from === undefined ? 'every' : total(count.public4, count.public6),
    'signed in': accountsOf(source, items),
    senders: patternsOf(source.senders, items),
    recipients: patternsOf(source.recipients, items),
    limit: formatLimits(source.limits ?? []),
    until: source.until === undefined ? '' : formatMoment(source.until),
    place: formatPlace(source.place),
  };
}

function clientsOf({ source, clients }: Reach, items: number): string {
  const from = source.from === undefined ? 'any' : formatAddressSet(clients, { most: items });
  if (source.connectingTo === undefined) return from;
  return `${from}, to ${most(source.connectingTo.map(formatRange), items)}`;
}

function accountsOf({ authenticated }: GrantSource, items: number): string {
  if (authenticated === undefined) return 'no';
  return authenticated === 'any' ? 'any account' : most(authenticated, items);
}

function patternsOf(patterns: readonly AddressPattern[] | undefined, items: number): string {
  return patterns === undefined ? 'any' : most(patterns.map(formatMailboxPattern), items);
}

/** `256`, `1 + 2^64` (IPv4 and IPv6). */
function total(v4: bigint, v6: bigint): string {
  const parts = [...(v4 > 0n || v6 === 0n ? [amount(v4)] : []), ...(v6 > 0n ? [`${amount(v6)} IPv6`] : [])];
  return parts.join(' + ');
}

/** `256 addresses, none public` */
export function describeCount({ v4, v6, public4, public6 }: AddressCount): string {
  const all = v4 + v6;
  const open = public4 + public6;
  const addresses = `${amount(all)} ${all === 1n ? 'address' : 'addresses'}`;
  if (open === 0n) return `${addresses}, ${all === 1n ? 'not' : 'none'} public`;
  if (open === all) return `${addresses}, ${all === 1n ? '' : 'all '}public`;
  return `${addresses}, ${amount(open)} public`;
}

/** `200/hour`, `200/hour per client (burst 50)`; several one after another; empty without any. */
export function formatLimits(limits: readonly Limit[]): string {
  return limits.map(formatLimit).join(', ');
}

function formatLimit(limit: Limit): string {
  const whose = limit.per === 'grant' ? '' : ` per ${limit.per}`;
  return `${formatRate(limit)}${whose}${limit.burst === limit.recipients ? '' : ` (burst ${limit.burst})`}`;
}
