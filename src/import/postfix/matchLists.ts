/**
 * Lists of networks and of domains: items in order, the first that fits counts, `!` before an item excludes, a path is
 * replaced by what the file holds, and `type:name` is looked up in a table.
 */
import { parseCidr, parseIp } from '../../std/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import type { Origin } from '../types.ts';
import { EVERYBODY, NOBODY, setOf, difference, intersection, union } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import { unionOf } from './clients.ts';
import { logicalLines, splitList } from './lines.ts';
import { ALL_MAILBOXES, NO_MAILBOX, both, either, not } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import type { Setting } from './settings.ts';
import { isTable, readTable, whyNoNetwork } from './tables.ts';
import type { TableContext } from './tables.ts';

interface Item {
  readonly text: string;
  readonly excludes: boolean;
  readonly where: Origin;
}

/** Files may name files. */
const MAX_DEPTH = 10;

function itemsOf(text: string, where: Origin, context: TableContext, depth = 0): readonly Item[] {
  return splitList(text).flatMap((item): readonly Item[] => {
    const bare = item.replace(/^!+/, '');
    const excludes = (item.length - bare.length) % 2 === 1;
    if (!bare.startsWith('/')) return [{ text: bare, excludes, where }];
    const read =
      depth < MAX_DEPTH ? context.files.read(bare) : { problem: `files name files over ${MAX_DEPTH} deep` };
    if ('problem' in read) {
      context.tell({
        what: item,
        where,
        why: `The list goes on in a file that cannot be read: ${read.problem}.`,
      });
      return [];
    }
    const file = context.files.nameOf(bare);
    return logicalLines(read.text)
      .flatMap(({ text: line, line: number }) => itemsOf(line, { file, line: number }, context, depth + 1))
      .map((inner) => ({ ...inner, excludes: inner.excludes !== excludes }));
  });
}

/** A network that the old server names, and where. */
export interface NamedNetwork {
  readonly range: IpRange;
  readonly where: Origin;
}

export interface Networks {
  readonly clients: AddressSet;
  /** Clients for which Postfix cannot tell, because of a mistake in the list: it defers all of their mail. */
  readonly broken: AddressSet;
  readonly named: readonly NamedNetwork[];
}

const ALL_OF = {
  4: setOf([{ family: 4, first: 0, last: 0xffffffff }]),
  6: setOf([{ family: 6, first: 0n, last: (1n << 128n) - 1n }]),
} as const;

/** mynetworks and its like. */
export function readNetworks(setting: Setting, context: TableContext): Networks {
  const named: NamedNetwork[] = [];
  let clients = NOBODY;
  let broken = NOBODY;
  let left = EVERYBODY;
  // Items of one kind that follow each other are taken together, so that ten thousand cost no more than one.
  for (const run of runsOf(itemsOf(setting.text, setting.where, context))) {
    const parts = run.items.map((item) => networkItem(item, context));
    const failed = parts.findIndex((part) => 'fails' in part);
    const taken = failed === -1 ? parts : parts.slice(0, failed);
    const fits = intersection(left, unionOf(taken.map((part) => ('set' in part ? part.set : NOBODY))));
    if (!run.excludes) {
      clients = union(clients, fits);
      named.push(...taken.flatMap((part) => ('set' in part ? part.named : [])));
    }
    left = difference(left, fits);
    const failure = parts[failed];
    if (failure === undefined || !('fails' in failure)) continue;
    const lost = intersection(left, ALL_OF[failure.fails]);
    broken = union(broken, lost);
    left = difference(left, lost);
  }
  return { clients, broken, named };
}

interface Run {
  readonly excludes: boolean;
  readonly items: readonly Item[];
}

function runsOf(items: readonly Item[]): readonly Run[] {
  const runs: { excludes: boolean; items: Item[] }[] = [];
  for (const item of items) {
    const last = runs.at(-1);
    // A mistaken network ends its run, so that what stands before it is settled first.
    const mistaken = last?.items.at(-1);
    if (last?.excludes === item.excludes && !(mistaken !== undefined && hasHostBits(mistaken.text)))
      last.items.push(item);
    else runs.push({ excludes: item.excludes, items: [item] });
  }
  return runs;
}

type NetworkItem =
  | { readonly set: AddressSet; readonly named: readonly NamedNetwork[] }
  /** Postfix cannot judge clients of this family behind the item. */
  | { readonly fails: 4 | 6 };

const NOTHING: NetworkItem = { set: NOBODY, named: [] };

function networkItem(item: Item, context: TableContext): NetworkItem {
  const { text, where } = item;
  if (isTable(text)) return networkTable(item, context);
  const pattern = text.replace(/^\[([^\]]*)\]/, '$1');
  const [address = ''] = pattern.split('/');
  // Postfix has IPv4 clients as IPv4, so a mapped network holds nobody.
  if (address.includes(':') && parseIp(address)?.family === 4) return NOTHING;
  const range = parseCidr(pattern);
  if (range !== undefined) return { set: setOf([range]), named: [{ range, where }] };
  const fails = hasHostBits(text) ? parseIp(address)?.family : undefined;
  const effect =
    fails === undefined
      ? 'It fits no client, neither there nor here.'
      : 'Postfix cannot judge a client that comes to it and defers all its mail (451), so the import grants nothing from there on.';
  context.tell({
    what: text,
    where,
    why: `${whyNoNetwork(pattern)}. ${effect}`,
    ...(fails === undefined
      ? {}
      : { remedy: 'Write the network with its host bits zero, and import again.' }),
  });
  return fails === undefined ? NOTHING : { fails };
}

/** An address with a length that does not go with it. */
function hasHostBits(text: string): boolean {
  const pattern = text.replace(/^\[([^\]]*)\]/, '$1');
  const [address = '', length] = pattern.split('/');
  return (
    length !== undefined &&
    parseIp(address) !== undefined &&
    parseCidr(pattern) === undefined &&
    !text.includes('ffff:')
  );
}

function networkTable({ text, where, excludes }: Item, context: TableContext): NetworkItem {
  const table = readTable(text, where, context);
  switch (table.kind) {
    case 'opaque':
      context.tell({ what: `${excludes ? '!' : ''}${text}`, where, why: table.why });
      // What an exclusion may hold is unknown: then nothing behind it is sure.
      return excludes ? { set: EVERYBODY, named: [] } : NOTHING;
    case 'keyed': {
      const named = table.entries.flatMap((entry): readonly NamedNetwork[] => {
        const range = entry.key.includes('/') ? undefined : parseCidr(entry.key);
        return range === undefined ? [] : [{ range, where: entry.where }];
      });
      return { set: setOf(named.map(({ range }) => range)), named };
    }
    case 'cidr': {
      const named = table.rules.flatMap(({ network, where: line }): readonly NamedNetwork[] =>
        network === undefined ? [] : [{ range: network, where: line }],
      );
      return { set: unionOf(table.rules.map(({ clients }) => clients)), named };
    }
    default:
      return table satisfies never;
  }
}

/** A domain that the old server names, and where. */
export interface NamedDomain {
  readonly domain: string;
  /** Also every domain below it. */
  readonly below: boolean;
  /** Only those below it, written `.domain`. */
  readonly belowOnly: boolean;
  readonly where: Origin;
}

export interface Domains {
  readonly recipients: MailboxSet;
  readonly named: readonly NamedDomain[];
}

export interface DomainOptions {
  /**
   * `exact`: names as they are (mydestination, virtual domains); `parents`: a name also stands for all below it;
   * `dotted`: for those only with a dot before it. The last two for relay_domains, by parent_domain_matches_subdomains.
   */
  readonly style: 'exact' | 'parents' | 'dotted';
}

/** mydestination, relay_domains and their like. */
export function readDomains(setting: Setting, { style }: DomainOptions, context: TableContext): Domains {
  const named: NamedDomain[] = [];
  let recipients = NO_MAILBOX;
  let covered = NO_MAILBOX;
  for (const run of runsOf(itemsOf(setting.text, setting.where, context))) {
    const items = run.items.map((item) => domainItem(item, context));
    const domains = items.flatMap((item) => item ?? []).map((item) => shaped(item, style));
    // What an exclusion may hold is unknown: then nothing behind it is sure.
    const set = run.excludes && items.includes(undefined) ? ALL_MAILBOXES : domainSet(domains);
    if (!run.excludes) {
      recipients = either(recipients, both(set, not(covered)));
      named.push(...domains);
    }
    covered = either(covered, set);
  }
  return { recipients, named };
}

type Name = Pick<NamedDomain, 'domain' | 'where'>;

/** Undefined: what it holds cannot be told. */
function domainItem({ text, where, excludes }: Item, context: TableContext): readonly Name[] | undefined {
  if (!isTable(text)) return [{ domain: text.toLowerCase(), where }];
  const table = readTable(text, where, context);
  if (table.kind === 'keyed')
    return table.entries
      .filter(({ key }) => !key.includes('@'))
      .map(({ key, where: line }) => ({ domain: key, where: line }));
  const why = table.kind === 'opaque' ? table.why : 'A table of networks holds no domains.';
  context.tell({
    what: `${excludes ? '!' : ''}${text}`,
    where,
    why,
    remedy: 'Add the domains to routing.domains by hand.',
  });
  return undefined;
}

function shaped({ domain, where }: Name, style: DomainOptions['style']): NamedDomain {
  const dotted = domain.startsWith('.');
  if (style === 'dotted' && dotted) return { domain: domain.slice(1), below: true, belowOnly: true, where };
  return { domain, below: style === 'parents' && !dotted, belowOnly: false, where };
}

function domainSet(domains: readonly NamedDomain[]): MailboxSet {
  const below = domains.filter((each) => each.below).map(({ domain }): [string, boolean] => [domain, true]);
  const exact = domains
    .filter((each) => !each.belowOnly)
    .map(({ domain }): [string, boolean] => [domain, true]);
  return { ...NO_MAILBOX, domains: new Map(exact), below: new Map(below) };
}
