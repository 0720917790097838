/** Products of atoms put together where they differ in one dimension only, and written as sets of facts. */
import { foldAscii, hasRoutingCharacters } from '../mail/mod.ts';
import type { Facts } from '../policy/mod.ts';
import { inRange } from '../std/mod.ts';
import { atomsOfMailboxSet, isInMailboxSet, mailboxSetsOf } from './mailbox-sets.ts';
import { addressesOf, whoIn } from './partition/mod.ts';
import type { MailboxPartition } from './partition/mod.ts';
import { onceEach } from './products.ts';
import type { AtomSet, Products } from './products.ts';
import type { Space } from './space.ts';
import { unite } from './spans.ts';
import type { SpanSet } from './spans.ts';
import type { AddressSet, MailboxSet, Region, Who } from './types.ts';

/** A set of facts in atoms, and what is the same for all of them. */
export interface Area {
  /** Equal for areas that may be put together. */
  readonly key: string;
  readonly sets: readonly AtomSet[];
  readonly routing: boolean | undefined;
}

/**
 * The same facts in fewer areas. Every round puts together what is equal in all dimensions but one; what else an area has
 * is what `join` makes of those of its parts.
 */
export function mergeAreas<T extends Area>(
  areas: readonly T[],
  products: Products,
  join: (areas: readonly [T, ...T[]]) => T,
): readonly T[] {
  let merged = areas;
  let before: number;
  do {
    before = merged.length;
    for (const dimension of MERGE_ORDER) merged = mergeOver(merged, dimension, products, join);
    merged = mergeRouting(merged, join);
  } while (merged.length < before);
  return merged;
}

/** Recipients first: they were cut into groups that may have met the same fate. */
const MERGE_ORDER = [4, 5, 3, 2, 1, 0];

function mergeOver<T extends Area>(
  areas: readonly T[],
  dimension: number,
  products: Products,
  join: (areas: readonly [T, ...T[]]) => T,
): readonly T[] {
  const groups = groupBy(areas, ({ key, routing, sets }) => {
    const others = sets.map(({ id }, i) => (i === dimension ? '' : id));
    return `${key} ${routing} ${others.join()}`;
  });
  return Array.from(groups, (group) => {
    if (group.length === 1) return group[0];
    const spans = unite(group.flatMap(({ sets }) => sets[dimension]?.spans ?? []));
    const joined = join(group);
    return { ...joined, sets: joined.sets.with(dimension, products.set(dimension, spans)) };
  });
}

function mergeRouting<T extends Area>(
  areas: readonly T[],
  join: (areas: readonly [T, ...T[]]) => T,
): readonly T[] {
  const groups = groupBy(areas, ({ key, sets }) => `${key} ${sets.map(({ id }) => id).join()}`);
  return Array.from(groups, (group) =>
    group.length === 1 ? group[0] : { ...join(group), routing: undefined },
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Iterable<[T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups.values();
}

/** Writes areas; what several of them share is written once. */
export interface RegionWriter {
  /** Disjoint, together the area: one, unless its senders or recipients cannot be written as one set. */
  regionsOf(area: Area): readonly WrittenRegion[];
}

export interface WrittenRegion {
  readonly region: Region;
  /** The same in atoms. */
  readonly sets: readonly { readonly spans: SpanSet }[];
  readonly routing: boolean | undefined;
}

export function regionWriter(space: Space): RegionWriter {
  const clients = onceEach(({ spans }): AddressSet => addressesOf(space.clients, spans));
  const locals = onceEach(({ spans }): AddressSet => addressesOf(space.locals, spans));
  const who = onceEach(({ spans }): Who => whoIn(space.accounts, spans));
  const senders = onceEach(({ spans }) => writeMailboxes(space.senders, spans));
  const recipients = onceEach(({ spans }) => writeMailboxes(space.recipients, spans));
  return {
    regionsOf({ sets, routing }) {
      const [c, l, a, s, r, m] = sets;
      if (!c || !l || !a || !s || !r || !m) throw new Error('an area has a set for every dimension');
      const common = {
        clients: clients(c),
        localAddresses: locals(l),
        who: who(a),
        routingCharacters: routing,
      };
      return senders(s).flatMap((sender) =>
        recipients(r).flatMap((recipient) =>
          m.spans.map((moment): WrittenRegion => {
            const from = space.moments.starts[moment.first] ?? -Infinity;
            const to = space.moments.starts[moment.last + 1] ?? Infinity;
            const region = { ...common, senders: sender.set, recipients: recipient.set, from, to };
            return { region, sets: [c, l, a, sender, recipient, { spans: [moment] }], routing };
          }),
        ),
      );
    },
  };
}

function writeMailboxes(
  partition: MailboxPartition,
  spans: SpanSet,
): readonly { readonly set: MailboxSet; readonly spans: SpanSet }[] {
  return mailboxSetsOf(partition, spans).map((set) => ({ set, spans: atomsOfMailboxSet(partition, set) }));
}

/** Whether the facts are in the region. The listener and what is known of the mailbox are in every region. */
export function isInRegion(region: Region, facts: Facts): boolean {
  const { recipient, at } = facts;
  return (
    region.clients.some((range) => inRange(facts.client, range)) &&
    region.localAddresses.some((range) => inRange(facts.localAddress, range)) &&
    isWho(region.who, facts.account) &&
    isInMailboxSet(region.senders, facts.sender) &&
    isInMailboxSet(region.recipients, recipient) &&
    (region.routingCharacters ?? hasRoutingCharacters(recipient)) === hasRoutingCharacters(recipient) &&
    at >= region.from &&
    at < region.to
  );
}

function isWho({ anonymous, accounts }: Who, account: string | undefined): boolean {
  if (account === undefined) return anonymous;
  const name = foldAscii(account);
  return 'only' in accounts ? accounts.only.includes(name) : !accounts.except.includes(name);
}
