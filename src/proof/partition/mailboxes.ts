/**
 * Senders or recipients, cut wherever a policy names one: a domain, everything below a domain, a local part there.
 *
 * The cells form a tree: what is below `b.test` but neither named itself nor below something longer is the cell of
 * `*.b.test`, and under it stand those others. Atoms are numbered from the root down, so that a whole subtree is one span,
 * and what a pattern of a policy fits is one span, too. The root is every address that nothing fits; address literals
 * that no policy lists belong to it, since no pattern can name them.
 */
import { foldAscii, isLiteral, superdomains } from '../../mail/mod.ts';
import type { Domain, DomainLiteral, ReversePath } from '../../mail/mod.ts';
import type { SpanSet } from '../spans.ts';
import type { MailboxPattern } from '../types.ts';

export interface MailboxCell {
  /** What the cell and all that stand under it are together; `everything` is the root. */
  readonly pattern: MailboxPattern | 'everything';
  /** Its own atom: what is in none of the cells under it. */
  readonly atom: number;
  /** The last atom under it. */
  readonly last: number;
  /** By atom. */
  readonly children: readonly MailboxCell[];
}

export interface MailboxPartition {
  readonly size: number;
  readonly root: MailboxCell;
  /** By atom. */
  readonly cells: readonly MailboxCell[];
  /** By `keyOf()` of the pattern. */
  readonly byPattern: ReadonlyMap<string, MailboxCell>;
}

/** Makes a cell of every pattern that something can fit; of a pattern with a local part also one of its domain. */
export function partitionMailboxes(patterns: Iterable<MailboxPattern>): MailboxPartition {
  const drafts = draftsOf(patterns);
  const root: Draft = { pattern: 'everything', atom: 0, last: 0, children: [] };
  for (const draft of drafts.values()) parentOf(draft, drafts, root).children.push(draft);
  const cells: MailboxCell[] = [];
  number(root, cells);
  return { size: cells.length, root, cells, byPattern: drafts };
}

interface Draft {
  readonly pattern: MailboxPattern | 'everything';
  atom: number;
  last: number;
  readonly children: Draft[];
}

function draftsOf(
  patterns: Iterable<MailboxPattern>,
): Map<string, Draft & { readonly pattern: MailboxPattern }> {
  const drafts = new Map<string, Draft & { readonly pattern: MailboxPattern }>();
  const add = (pattern: MailboxPattern): void => {
    const key = keyOf(pattern);
    if (!drafts.has(key)) drafts.set(key, { pattern, atom: 0, last: 0, children: [] });
  };
  for (const pattern of patterns) {
    if (fitsNothing(pattern)) continue;
    if (pattern.kind === 'address') add({ kind: 'domain', domain: pattern.domain });
    if (pattern.kind === 'addressBelow') add({ kind: 'subdomains', domain: pattern.domain });
    add('localKey' in pattern ? { ...pattern, localKey: foldAscii(pattern.localKey) } : pattern);
  }
  return drafts;
}

/** The longest domain that another one is below: 253 characters (RFC 1035 2.3.4) less a dot and a label of one. */
const MAX_ABOVE = 251;

/** Whether every domain below would be too long for a name. */
function fitsNothing(pattern: MailboxPattern): boolean {
  const isBelow = pattern.kind === 'subdomains' || pattern.kind === 'addressBelow';
  return isBelow && pattern.domain.length > MAX_ABOVE;
}

function parentOf({ pattern }: Draft, drafts: ReadonlyMap<string, Draft>, root: Draft): Draft {
  if (pattern === 'everything' || pattern.kind === 'null') return root;
  if (pattern.kind === 'address') return drafts.get(`@${pattern.domain}`) ?? root;
  if (pattern.kind === 'addressBelow') return drafts.get(`@*.${pattern.domain}`) ?? root;
  return nearestAbove(pattern.domain, drafts) ?? root;
}

/** The cell of the longest domain that `domain` is below. */
function nearestAbove<T>(domain: Domain | DomainLiteral, cells: ReadonlyMap<string, T>): T | undefined {
  if (isLiteral(domain)) return undefined;
  for (const above of superdomains(domain)) {
    const cell = cells.get(`@*.${above}`);
    if (cell !== undefined) return cell;
  }
  return undefined;
}

/** Numbers the cell and what is under it; local parts come first. Domains nest at most 127 deep, so recursion is safe. */
function number(draft: Draft, cells: MailboxCell[]): void {
  draft.atom = cells.push(draft) - 1;
  for (const child of draft.children) if (hasLocalPart(child)) number(child, cells);
  for (const child of draft.children) if (!hasLocalPart(child)) number(child, cells);
  draft.children.sort((a, b) => a.atom - b.atom);
  draft.last = cells.length - 1;
}

export function hasLocalPart({ pattern }: Pick<MailboxCell, 'pattern'>): boolean {
  return pattern !== 'everything' && (pattern.kind === 'address' || pattern.kind === 'addressBelow');
}

/** One text for patterns that mean the same. */
function keyOf(pattern: MailboxPattern): string {
  switch (pattern.kind) {
    case 'null':
      return '<>';
    case 'domain':
      return `@${pattern.domain}`;
    case 'subdomains':
      return `@*.${pattern.domain}`;
    case 'address':
      return `${foldAscii(pattern.localKey)}@${pattern.domain}`;
    case 'addressBelow':
      return `${foldAscii(pattern.localKey)}@*.${pattern.domain}`;
    default:
      return pattern satisfies never;
  }
}

/** The atoms that `pattern` fits, one span or none. It must be one of those that the partition was made of. */
export function atomsOfPattern(partition: MailboxPartition, pattern: MailboxPattern): SpanSet {
  if (fitsNothing(pattern)) return [];
  const cell = partition.byPattern.get(keyOf(pattern));
  if (cell === undefined) throw new Error(`the partition does not know ${keyOf(pattern)}`);
  return [{ first: cell.atom, last: cell.last }];
}

export function atomOfMailbox(partition: MailboxPartition, mailbox: ReversePath): number {
  const { byPattern, root } = partition;
  if (mailbox === null) return byPattern.get('<>')?.atom ?? root.atom;
  const cell = cellOfDomain(partition, mailbox.domain);
  return (withLocalPart(partition, cell, mailbox.localKey) ?? cell).atom;
}

/** The cell of all the domain's mailboxes whose local part is not named. */
export function cellOfDomain(partition: MailboxPartition, domain: Domain | DomainLiteral): MailboxCell {
  const { byPattern, root } = partition;
  return byPattern.get(`@${domain}`) ?? nearestAbove(domain, byPattern) ?? root;
}

/** The cell under `cell`, that of a domain or of what is below one, that names the local part. */
export function withLocalPart(
  { byPattern }: MailboxPartition,
  { pattern }: MailboxCell,
  localKey: string,
): MailboxCell | undefined {
  if (pattern === 'everything') return undefined;
  if (pattern.kind === 'domain') return byPattern.get(`${localKey}@${pattern.domain}`);
  if (pattern.kind === 'subdomains') return byPattern.get(`${localKey}@*.${pattern.domain}`);
  return undefined;
}

/** The cell of the domain, of a cell with a local part; else the cell itself. */
export function withoutLocalPart({ byPattern, root }: MailboxPartition, cell: MailboxCell): MailboxCell {
  const { pattern } = cell;
  if (pattern === 'everything') return cell;
  if (pattern.kind === 'address') return byPattern.get(`@${pattern.domain}`) ?? root;
  if (pattern.kind === 'addressBelow') return byPattern.get(`@*.${pattern.domain}`) ?? root;
  return cell;
}
