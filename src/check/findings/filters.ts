/** Message filters that another one goes before. */
import { foldAscii, superdomains } from '../../mail/mod.ts';
import { buildRangeTable, findBlock } from '../../policy/mod.ts';
import type { AddressPattern, RangeTable } from '../../policy/mod.ts';
import { addressSet } from '../../proof/mod.ts';
import type { AddressSet } from '../../proof/mod.ts';
import type { FilterSource } from '../../screen/mod.ts';
import { firstOf, isCovered } from '../ranges.ts';
import type { Draft, Scene } from '../types.ts';

/** So many filters that share a sender or a network are looked at, the first; a list of thousands has more to it than this finding. */
const MOST_BEFORE = 64;

/** A filter of which another one alone has everything and goes first: one that refuses before one that sets aside, else as in the file. */
export function* filtersNeverReached({ config }: Scene): Generator<Draft> {
  const { filters } = config;
  const order = [
    ...filters.filter(({ action }) => action === 'refuse'),
    ...filters.filter(({ action }) => action === 'quarantine'),
  ].map(entryOf);
  const index = indexOf(order);
  for (const [number, entry] of order.entries()) {
    const before = candidatesFor(entry, index).filter((candidate) => candidate < number);
    const found = before.map((candidate) => order[candidate]).find((other) => other && covers(other, entry));
    if (found === undefined) continue;
    const { filter } = entry;
    const first = `${found.filter.name} (line ${found.filter.place.line})`;
    const why =
      found.filter.action === filter.action
        ? `${first} comes before it and has all that it names`
        : `${first} has all that it names, and to refuse goes before to set aside`;
    yield {
      place: filter.place,
      message: `filter ${filter.name} never decides: ${why}`,
      remedy: `Remove it, or what it names from ${found.filter.name}.`,
    };
  }
}

interface Entry {
  readonly filter: FilterSource;
  /** `keyOf()` of its senders. */
  readonly senders: ReadonlySet<string> | undefined;
  readonly from: AddressSet | undefined;
}

function entryOf(filter: FilterSource): Entry {
  return {
    filter,
    senders: filter.senders && new Set(filter.senders.map(keyOf)),
    from: filter.from && addressSet(filter.from),
  };
}

interface Index {
  /** Numbers of filters, ascending, by the keys of their senders. */
  readonly bySender: ReadonlyMap<string, readonly number[]>;
  /** Of filters without senders. */
  readonly byClient: RangeTable;
}

function indexOf(order: readonly Entry[]): Index {
  const bySender = new Map<string, number[]>();
  for (const [number, { senders }] of order.entries()) {
    for (const key of senders ?? []) {
      const numbers = bySender.get(key) ?? [];
      bySender.set(key, numbers);
      numbers.push(number);
    }
  }
  const byClient = buildRangeTable(
    order.map(({ senders, from = [] }) => (senders === undefined ? from : [])),
  );
  return { bySender, byClient };
}

/** Whoever has all that a filter names has the first sender and the first client of it. */
function candidatesFor({ filter }: Entry, { bySender, byClient }: Index): readonly number[] {
  const found = new Set<number>();
  const [sender] = filter.senders ?? [];
  for (const key of sender === undefined ? [] : keysAbove(sender))
    for (const number of (bySender.get(key) ?? []).slice(0, MOST_BEFORE)) found.add(number);
  const [client] = filter.from ?? [];
  if (client === undefined) return [...found];
  for (let block = findBlock(byClient, firstOf(client)); block !== undefined; block = block.around)
    for (const number of block.rules.slice(0, MOST_BEFORE)) found.add(number);
  return [...found];
}

function covers(other: Entry, { filter: { senders, from } }: Entry): boolean {
  const hasSenders =
    other.senders === undefined ||
    senders?.every((pattern) => keysAbove(pattern).some((key) => other.senders?.has(key) === true)) === true;
  const { from: clients } = other;
  return hasSenders && (clients === undefined || from?.every((range) => isCovered(range, clients)) === true);
}

function keyOf(pattern: AddressPattern): string {
  switch (pattern.kind) {
    case 'null':
      return '<>';
    case 'address':
      return `${foldAscii(pattern.localKey)}@${pattern.domain}`;
    case 'domain':
      return `@${pattern.domain}`;
    case 'subdomains':
      return `@*.${pattern.domain}`;
    default:
      return pattern satisfies never;
  }
}

/** The keys of all patterns that hold everything that this one does. */
function keysAbove(pattern: AddressPattern): readonly string[] {
  if (pattern.kind === 'null') return [keyOf(pattern)];
  return [
    keyOf(pattern),
    ...(pattern.kind === 'address' ? [`@${pattern.domain}`] : []),
    ...superdomains(pattern.domain).map((domain) => `@*.${domain}`),
  ];
}
