/** Access tables, access(5): for which clients, senders or recipients they say what. */
import { parseCidr, parseIp } from '../../std/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import type { Origin } from '../types.ts';
import { EVERYBODY, setOf, difference, intersection, isEmpty } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import { unionOf } from './clients.ts';
import { splitList } from './lines.ts';
import { NO_MAILBOX } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import type { NamedNetwork } from './matchLists.ts';
import type { Entry, Table } from './tables.ts';

/** What an entry does. */
export type Action =
  | { readonly kind: 'permit' }
  | { readonly kind: 'refuse' }
  /** Nothing is decided, and nothing less specific in the same table is looked at. */
  | { readonly kind: 'pass' }
  /** Restrictions that are evaluated in its place. */
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Mail that Postfix takes and does something else with than to send it on. */
  | { readonly kind: 'detour'; readonly word: string };

/** A part of a table with one action. The parts of a table have nothing in common. */
export interface Branch {
  readonly action: Action;
  readonly clients?: AddressSet;
  readonly mailboxes?: MailboxSet;
  /** Networks as they are written. */
  readonly named: readonly NamedNetwork[];
  /** The first entry. */
  readonly where: Origin;
}

export interface AccessTable {
  readonly branches: readonly Branch[];
  /** Entries that depend on what Postern never looks at, such as the client's name. */
  readonly unjudged: readonly Entry[];
}

const PASS = new Set(['DUNNO', 'WARN', 'INFO', 'PREPEND', 'BCC', 'DEFER_IF_REJECT']);
const DETOUR = new Set(['DISCARD', 'HOLD', 'REDIRECT', 'FILTER']);
const REFUSE = new Set(['REJECT', 'DEFER', 'DEFER_IF_PERMIT']);

export function parseAction(value: string): Action {
  const word = (value.split(/\s/, 1)[0] ?? '').toUpperCase();
  if (/^[45]\d\d$/.test(word) || /^[45]\.\d+\.\d+$/.test(word) || REFUSE.has(word)) return { kind: 'refuse' };
  if (word === 'OK' || /^\d+$/.test(value.trim())) return { kind: 'permit' };
  if (PASS.has(word)) return { kind: 'pass' };
  if (DETOUR.has(word)) return { kind: 'detour', word };
  return { kind: 'list', items: splitList(value) };
}

/** Entries with the same action are one part. */
function keyOf(action: Action): string {
  if (action.kind === 'list') return `list ${action.items.join(' ')}`;
  return action.kind === 'detour' ? `detour ${action.word}` : action.kind;
}

/** check_client_access. */
export function clientAccess(table: Exclude<Table, { kind: 'opaque' }>): AccessTable {
  return table.kind === 'cidr' ? cidrAccess(table.rules) : keyedClients(table.entries);
}

function cidrAccess(rules: Extract<Table, { kind: 'cidr' }>['rules']): AccessTable {
  return {
    unjudged: [],
    branches: inOrder(
      rules.map(({ clients, network, value, where }) => ({
        clients,
        action: parseAction(value),
        named: network === undefined ? [] : [{ range: network, where }],
        where,
      })),
    ),
  };
}

interface ClientRule {
  readonly clients: AddressSet;
  readonly action: Action;
  readonly named: readonly NamedNetwork[];
  readonly where: Origin;
}

/** The first rule that fits counts; those of one action that follow each other are taken together. */
function inOrder(rules: readonly ClientRule[]): readonly Branch[] {
  const branches: Branch[] = [];
  let left = EVERYBODY;
  for (let from = 0; from < rules.length;) {
    const first = rules[from];
    if (first === undefined) break;
    const key = keyOf(first.action);
    let to = from + 1;
    for (let next = rules[to]; next !== undefined && keyOf(next.action) === key; next = rules[to]) to += 1;
    const run = rules.slice(from, to);
    const clients = intersection(left, unionOf(run.map((rule) => rule.clients)));
    left = difference(left, clients);
    if (!isEmpty(clients))
      branches.push({
        action: first.action,
        clients,
        named: run.flatMap(({ named }) => named),
        where: first.where,
      });
    from = to;
  }
  return branches;
}

/** Keys are addresses and their beginnings; the longest counts. All others are names of clients. */
function keyedClients(entries: readonly Entry[]): AccessTable {
  const rules: (ClientRule & { readonly length: number })[] = [];
  const unjudged: Entry[] = [];
  for (const entry of entries) {
    const range = networkOfKey(entry.key);
    if (range === undefined) {
      unjudged.push(entry);
      continue;
    }
    const { where } = entry;
    const named = [{ range, where }];
    rules.push({
      clients: setOf([range]),
      action: parseAction(entry.value),
      named,
      where,
      length: entry.key.split(/[.:]/).length,
    });
  }
  return { branches: inOrder(rules.toSorted((one, other) => other.length - one.length)), unjudged };
}

/** `192.0.2.1`, `192.0.2`, `192`; of IPv6 only what is surely the beginning of its canonical text. */
function networkOfKey(key: string): IpRange | undefined {
  if (/^\d+(?:\.\d+){0,3}$/.test(key)) {
    const parts = key.split('.');
    return parseCidr(`${[...parts, '0', '0', '0'].slice(0, 4).join('.')}/${parts.length * 8}`);
  }
  const address = parseIp(key);
  if (address?.family === 6 && address.text === key) return parseCidr(key);
  if (!/^[1-9a-f][0-9a-f]{0,3}(?::[1-9a-f][0-9a-f]{0,3}){1,6}$/.test(key)) return undefined;
  return parseCidr(`${key}::/${key.split(':').length * 16}`);
}

export interface MailboxOptions {
  /** Whether `domain` also stands for all below it (smtpd_access_maps in parent_domain_matches_subdomains). */
  readonly parents: boolean;
}

/** check_sender_access and check_recipient_access. `user@` stands for that name at every domain, which no pattern does. */
export function mailboxAccess(
  table: Exclude<Table, { kind: 'opaque' }>,
  { parents }: MailboxOptions,
): AccessTable {
  if (table.kind === 'cidr') return { branches: [], unjudged: [] };
  const keys = new Map<string, { readonly action: Action; readonly where: Origin }>();
  const unjudged: Entry[] = [];
  for (const entry of table.entries) {
    if (entry.key.endsWith('@') || (entry.key.startsWith('@') && entry.key !== '@')) unjudged.push(entry);
    else keys.set(entry.key, { action: parseAction(entry.value), where: entry.where });
  }
  const parts = new Map<string, { readonly action: Action; readonly where: Origin }>();
  for (const { action, where } of keys.values())
    if (!parts.has(keyOf(action))) parts.set(keyOf(action), { action, where });
  const branches = [...parts].map(([part, { action, where }]): Branch => {
    const mailboxes = partOf(keys, (each) => keyOf(each) === part, parents);
    return { action, where, mailboxes, named: [] };
  });
  return { branches, unjudged };
}

/** The set of those whose most specific entry `fits`. */
function partOf(
  keys: ReadonlyMap<string, { readonly action: Action }>,
  fits: (action: Action) => boolean,
  parents: boolean,
): MailboxSet {
  const domains = new Map<string, boolean>();
  const below = new Map<string, boolean>();
  const addresses = new Map<string, boolean>();
  let isNull = false;
  for (const [key, { action }] of keys) {
    const value = fits(action);
    if (key === '<>') isNull = value;
    else if (key.includes('@')) addresses.set(key, value);
    else if (!key.startsWith('.')) {
      domains.set(key, value);
      if (parents) below.set(key, value);
    } else if (!parents) below.set(key.slice(1), value);
  }
  return { ...NO_MAILBOX, null: isNull, domains, below, addresses };
}
