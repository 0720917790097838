/** `clients.accept` and `clients.refuse` together: how their ranges nest, and who is kept out by them. */
import type { Config } from '../config/mod.ts';
import { addressSet, EVERY_ADDRESS, withoutRanges } from '../proof/mod.ts';
import type { AddressSet } from '../proof/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { isWithin } from './ranges.ts';

/** A range of one of the lists. Two of them nest or are apart, since each is one network. */
export interface ListedRange<Range extends IpRange = IpRange> {
  readonly range: Range;
  readonly list: 'accept' | 'refuse';
  /** The next wider one that holds it, or an equal one before it. */
  readonly around: ListedRange<Range> | undefined;
  /** Those of which it is the next wider one. */
  readonly inner: readonly ListedRange<Range>[];
}

/** Every range of both lists, IPv4 first, wider ones before those that they hold. */
export function nestRanges<Range extends IpRange>(clients: {
  readonly accept: readonly Range[];
  readonly refuse: readonly Range[];
}): readonly ListedRange<Range>[] {
  const all: (ListedRange<Range> & { readonly inner: ListedRange<Range>[] })[] = [];
  const open: typeof all = [];
  const listed = (['accept', 'refuse'] as const).flatMap((list) =>
    clients[list].map((range) => ({ range, list })),
  );
  for (const { range, list } of listed.sort((one, other) => widerFirst(one.range, other.range))) {
    while (open.length > 0 && !isWithin(range, open.at(-1)?.range ?? range)) open.pop();
    const around = open.at(-1);
    const entry = { range, list, around, inner: [] };
    around?.inner.push(entry);
    open.push(entry);
    all.push(entry);
  }
  return all;
}

/** Who gets 554 when it connects: what `clients.refuse` holds, without what a narrower range of `clients.accept` lets in. */
export function keptOut({ clients }: Config): AddressSet {
  if (clients.refuse.length === 0) return [];
  return addressSet(
    nestRanges(clients)
      .filter(({ list }) => list === 'refuse')
      .flatMap(({ range, inner }) =>
        withoutRanges(
          [range],
          inner.map((entry) => entry.range),
        ),
      ),
  );
}

/** The addresses that a client can have: of the families that listeners are bound to, or any where a host in front names the client. */
export function everyClient({ listeners, proxies, xclient }: Config): AddressSet {
  const isNamed = xclient.length > 0 || proxies.some(({ header }) => header === 'proxy');
  const families = new Set(listeners.flatMap(({ bind }) => bind.map(({ address }) => address.family)));
  return EVERY_ADDRESS.filter(({ family }) => isNamed || families.has(family));
}

function widerFirst(one: IpRange, other: IpRange): number {
  if (one.family !== other.family) return one.family - other.family;
  if (one.first !== other.first) return one.first < other.first ? -1 : 1;
  return one.last === other.last ? 0 : one.last > other.last ? -1 : 1;
}
