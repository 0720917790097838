/**
 * An address out of each cell: what a proof is decided at, and what an administrator reads as an example, so it looks like
 * one. Every address is well formed; a cell that holds no such address gives none, and nothing has to hold there.
 */
import { hasRoutingCharacters, mailboxAt, parseDomain, parseMailbox } from '../../mail/mod.ts';
import type { Domain, DomainLiteral, Mailbox, ReversePath } from '../../mail/mod.ts';
import { atomOfMailbox, cellOfDomain, withoutLocalPart } from './mailboxes.ts';
import type { MailboxCell, MailboxPartition } from './mailboxes.ts';

/** What an address of nobody in particular looks like. */
interface Manner {
  readonly localParts: readonly string[];
  readonly domains: readonly string[];
  /** Routing characters in the local part; undefined: it does not matter. */
  readonly routing?: boolean;
}
const SENDER: Manner = { localParts: ['a', 'sender'], domains: ['elsewhere.example', 'sender.example'] };
const PLAIN: Manner = { localParts: ['b', 'recipient'], domains: ['other.example'], routing: false };
const ROUTED: Manner = { localParts: ['b%other.example'], domains: ['other.example'], routing: true };

/** A sender in the cell; undefined: there is none. */
export function senderIn(partition: MailboxPartition, cell: MailboxCell): ReversePath | undefined {
  if (cell.pattern !== 'everything' && cell.pattern.kind === 'null') return null;
  return mailboxIn(partition, cell, SENDER);
}

/** A recipient in the cell whose local part has routing characters or has not; undefined: there is none. */
export function recipientIn(
  partition: MailboxPartition,
  cell: MailboxCell,
  routing: boolean,
): Mailbox | undefined {
  return mailboxIn(partition, cell, routing ? ROUTED : PLAIN);
}

function mailboxIn(partition: MailboxPartition, cell: MailboxCell, manner: Manner): Mailbox | undefined {
  const { pattern } = cell;
  const named = pattern !== 'everything' && (pattern.kind === 'address' || pattern.kind === 'addressBelow');
  const [domain] = domainsIn(partition, cell, manner);
  if (domain === undefined) return undefined;
  const { localParts, routing } = manner;
  for (const localPart of named ? spellings(pattern.localKey) : numbered(localParts, partition.size)) {
    const parsed = parseMailbox(`${localPart}@other.example`);
    if ('error' in parsed) continue;
    if (routing !== undefined && hasRoutingCharacters(parsed) !== routing) continue;
    const mailbox = mailboxAt(parsed, domain);
    if (atomOfMailbox(partition, mailbox) === cell.atom) return mailbox;
  }
  return undefined;
}

/** A domain for the cell: the one that it names, one below, or one of nobody. None: names would be too long. */
function domainsIn(
  partition: MailboxPartition,
  cell: MailboxCell,
  { domains }: Manner,
): Iterable<Domain | DomainLiteral> {
  const { pattern } = cell;
  if (pattern === 'everything') return unnamed(partition, cell, domains, '');
  switch (pattern.kind) {
    case 'domain':
    case 'address':
      return [pattern.domain];
    case 'subdomains':
    case 'addressBelow':
      return unnamed(partition, cell, ['mail', 'host', 'm'], `.${pattern.domain}`);
    case 'null':
      return [];
    default:
      return pattern satisfies never;
  }
}

/** The labels for which there is room below a name of 251 characters. */
const SHORTEST = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');

/** Of `names`, numbered variants and the shortest there are, with `suffix`, those that are in the cell and in none under it. */
function* unnamed(
  partition: MailboxPartition,
  cell: MailboxCell,
  names: readonly string[],
  suffix: string,
): Generator<Domain> {
  const wanted = withoutLocalPart(partition, cell);
  for (const name of labels(names, partition.size)) {
    const domain = parseDomain(`${name}${suffix}`);
    if (domain === undefined) continue; // RFC 1035 2.3.4: it would be too long
    if (cellOfDomain(partition, domain) === wanted) yield domain;
  }
}

function* labels(names: readonly string[], cells: number): Generator<string> {
  yield* numbered(names, cells);
  yield* SHORTEST;
}

/** `names`, then numbered variants, as many as there are cells: one of them is in no other cell. */
function* numbered(names: readonly string[], cells: number): Generator<string> {
  yield* names;
  const [first = ''] = names;
  for (let i = 1; i <= cells + 1; i += 1) yield `x${i}${first}`;
}

/** The wire forms of a local part: as plain as may be, quoted, and with a backslash, which counts as a routing character. */
function spellings(localKey: string): readonly string[] {
  const escaped = localKey.replaceAll(/["\\]/g, String.raw`\$&`);
  return [localKey, `"${escaped}"`, `"\\${escaped}"`];
}
