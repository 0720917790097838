/** Atoms of senders or recipients as the fewest patterns that say which they are, and whether an address is in a set. */
import { isLiteral } from '../mail/mod.ts';
import type { ReversePath } from '../mail/mod.ts';
import { atomsOfPattern, hasLocalPart } from './partition/mod.ts';
import type { MailboxCell, MailboxPartition } from './partition/mod.ts';
import { contains, meets, nextIn, subtract, unite } from './spans.ts';
import type { SpanSet } from './spans.ts';
import type { MailboxPattern, MailboxSet } from './types.ts';

interface Draft {
  everything: boolean;
  readonly fits: MailboxPattern[];
  readonly except: MailboxPattern[];
}

/**
 * Disjoint sets that together are `atoms`: one, unless something is in that is below something that is not. Takes time in
 * proportion to the patterns written, not to the size of the partition.
 */
export function mailboxSetsOf({ root }: MailboxPartition, atoms: SpanSet): readonly MailboxSet[] {
  const writing: Writing = { atoms, byDepth: [], apart: [] };
  write(root, undefined, 0, writing);
  return [...writing.byDepth, ...writing.apart]
    .filter(({ everything, fits }) => everything || fits.length > 0)
    .map(({ everything, fits, except }) => ({ fits: everything ? 'everything' : fits, except }));
}

interface Writing {
  readonly atoms: SpanSet;
  /**
   * By how often one changes from in to out on the way from the root: what is at one depth stands in different subtrees,
   * so one set holds it all.
   */
  readonly byDepth: Draft[];
  /** Sets that cannot be put together with others. */
  readonly apart: Draft[];
}

/** `around`: the set being written that holds all around the cell; undefined: what is around is not in. */
function write(cell: MailboxCell, around: Draft | undefined, depth: number, writing: Writing): void {
  const { atoms, byDepth } = writing;
  const isIn = contains(atoms, cell.atom);
  if (splitsByLocalPart(cell, atoms)) {
    if (around !== undefined) include(cell, around.except);
    writeApart(cell, writing);
    return;
  }
  let here = around;
  let below = depth;
  if (isIn && around === undefined) {
    here = byDepth[depth] ??= { everything: false, fits: [], except: [] };
    if (cell.pattern === 'everything') here.everything = true;
    else here.fits.push(cell.pattern);
  } else if (!isIn && around !== undefined) {
    include(cell, around.except);
    here = undefined;
    below = depth + 1;
  }
  eachOther(cell, atoms, isIn, (child) => write(child, here, below, writing));
}

/** Below a domain, some local parts are in and others are not: no pattern for the one leaves out the other further down. */
function splitsByLocalPart(cell: MailboxCell, atoms: SpanSet): boolean {
  if (cell.pattern === 'everything' || cell.pattern.kind !== 'subdomains') return false;
  const isIn = contains(atoms, cell.atom);
  return cell.children.some((child) => hasLocalPart(child) && contains(atoms, child.atom) !== isIn);
}

/** Such a cell: a set for the cell itself and its local parts, without all that stands under it, and that anew. */
function writeApart(cell: MailboxCell, { atoms, apart }: Writing): void {
  const named = cell.children.filter(hasLocalPart);
  const under = cell.children.filter((child) => !hasLocalPart(child));
  const isIn = contains(atoms, cell.atom);
  const set: Draft = { everything: false, fits: [], except: [] };
  for (const child of under) include(child, set.except);
  if (isIn) include(cell, set.fits);
  for (const child of named) {
    if (contains(atoms, child.atom) !== isIn) include(child, isIn ? set.except : set.fits);
  }
  const inner: Writing = { atoms, byDepth: [], apart: [] };
  for (const child of under) {
    if (meets(atoms, [{ first: child.atom, last: child.last }])) write(child, undefined, 0, inner);
  }
  apart.push(set, ...inner.byDepth, ...inner.apart);
}

/** Calls `visit` for the children in which something is not as in the cell itself, in order. */
function eachOther(
  cell: MailboxCell,
  atoms: SpanSet,
  isIn: boolean,
  visit: (child: MailboxCell) => void,
): void {
  let from = cell.atom + 1;
  while (from <= cell.last) {
    const next = nextIn(atoms, from, !isIn);
    if (next === undefined || next > cell.last) return;
    const child = childAt(cell.children, next);
    if (child === undefined) return;
    visit(child);
    from = child.last + 1;
  }
}

/** The child under which the atom is. */
function childAt(children: readonly MailboxCell[], atom: number): MailboxCell | undefined {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((children[middle]?.last ?? Infinity) < atom) low = middle + 1;
    else high = middle;
  }
  return children[low];
}

function include({ pattern }: MailboxCell, list: MailboxPattern[]): void {
  if (pattern !== 'everything') list.push(pattern);
}

/** The atoms of a set that `mailboxSetsOf()` made. */
export function atomsOfMailboxSet(partition: MailboxPartition, { fits, except }: MailboxSet): SpanSet {
  const spansOf = (patterns: readonly MailboxPattern[]): SpanSet =>
    unite(patterns.flatMap((pattern) => atomsOfPattern(partition, pattern)));
  const whole = fits === 'everything' ? [{ first: 0, last: partition.size - 1 }] : spansOf(fits);
  return subtract(whole, spansOf(except));
}

/** Whether the address is in the set. */
export function isInMailboxSet({ fits, except }: MailboxSet, mailbox: ReversePath): boolean {
  const fitsOne = fits === 'everything' || fits.some((pattern) => fitsPattern(pattern, mailbox));
  return fitsOne && !except.some((pattern) => fitsPattern(pattern, mailbox));
}

function fitsPattern(pattern: MailboxPattern, mailbox: ReversePath): boolean {
  if (mailbox === null || pattern.kind === 'null') return mailbox === null && pattern.kind === 'null';
  const { domain, localKey } = mailbox;
  const isBelow = !isLiteral(domain) && domain.endsWith(`.${pattern.domain}`);
  switch (pattern.kind) {
    case 'domain':
      return domain === pattern.domain;
    case 'subdomains':
      return isBelow;
    case 'address':
      return domain === pattern.domain && localKey === pattern.localKey;
    case 'addressBelow':
      return isBelow && localKey === pattern.localKey;
    default:
      return pattern satisfies never;
  }
}
