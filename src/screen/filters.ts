/**
 * The message filters: found by the sender and by the client, so that ten thousand cost no more to ask than one.
 *
 * Of the filters that meet a message one that refuses decides before one that sets aside, and of those the first in the file;
 * the order of entries changes the name of the rule and nothing else.
 */
import { foldAscii, type ReversePath } from '../mail/mod.ts';
import {
  addressKey,
  buildRangeTable,
  compileBelow,
  findBlock,
  isCovered,
  visitBelow,
} from '../policy/mod.ts';
import type { AddressPattern, Below, RangeTable } from '../policy/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import { PASS, type FilterSource, type Verdict } from './types.ts';

export interface Filters {
  /** Those that refuse first. */
  readonly list: readonly FilterSource[];
  /** `from` of each. */
  readonly clients: RangeTable;
  /** `from` of those without `senders`. */
  readonly clientsOnly: RangeTable;
  /** The numbers of those with `senders`, by address, domain and the domain above. */
  readonly addresses: ReadonlyMap<string, readonly number[]>;
  readonly domains: ReadonlyMap<string, readonly number[]>;
  readonly above: Below<readonly number[]>;
  /** For the null reverse-path. */
  readonly null: readonly number[];
}

export function compileFilters(source: readonly FilterSource[]): Filters {
  const list = [...source].sort((one, other) => severity(one) - severity(other));
  const addresses = new Map<string, number[]>();
  const domains = new Map<string, number[]>();
  const above = new Map<string, number[]>();
  const forNull: number[] = [];
  const file = (pattern: AddressPattern, filter: number): void => {
    switch (pattern.kind) {
      case 'address':
        return put(addresses, `${foldAscii(pattern.localKey)}@${pattern.domain}`, filter);
      case 'domain':
        return put(domains, pattern.domain, filter);
      case 'subdomains':
        return put(above, pattern.domain, filter);
      case 'null':
        forNull.push(filter);
        return undefined;
      default:
        return pattern satisfies never;
    }
  };
  for (const [filter, { senders = [] }] of list.entries())
    for (const pattern of senders) file(pattern, filter);
  return Object.freeze({
    list,
    clients: buildRangeTable(list.map(({ from = [] }) => from)),
    clientsOnly: buildRangeTable(list.map(({ from = [], senders }) => (senders === undefined ? from : []))),
    addresses,
    domains,
    above: compileBelow(above),
    null: forNull,
  });
}

/** Asked at MAIL, whoever the client is: what an administrator names in a filter is meant. */
export function judgeSender(filters: Filters, client: IpAddress, sender: ReversePath): Verdict {
  const block = findBlock(filters.clients, client);
  let first = filters.list.length;
  const look = (numbers: readonly number[] = []): void => {
    for (const number of numbers) {
      if (number >= first) return;
      if (filters.list[number]?.from === undefined || isCovered(block, number)) first = number;
    }
  };
  for (let at = findBlock(filters.clientsOnly, client); at !== undefined; at = at.around) look(at.rules);
  if (sender === null) look(filters.null);
  else {
    look(filters.domains.get(sender.domain));
    look(filters.addresses.get(addressKey(sender)));
    visitBelow(filters.above, sender.domain, look);
  }
  const filter = filters.list[first];
  if (filter === undefined) return PASS;
  return { kind: filter.action, rule: { kind: 'filter', name: filter.name, place: filter.place } };
}

function severity({ action }: FilterSource): number {
  return action === 'refuse' ? 0 : 1;
}

/** Numbers come ascending, and a filter may name a pattern twice. */
function put(map: Map<string, number[]>, key: string, filter: number): void {
  const numbers = map.get(key);
  if (numbers === undefined) map.set(key, [filter]);
  else if (numbers.at(-1) !== filter) numbers.push(filter);
}
