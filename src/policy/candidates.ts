/**
 * Which grants of a list can fit at all. Thousands of grants may hold for the same clients and differ in their recipients, senders
 * or accounts; they are filed under what they name, so that finding the first that fits does not look at all of them.
 *
 * A list is split by one condition after the other while it is long. The index may become larger than the configuration, since a
 * grant is filed under each thing it names; a budget bounds that, and what exceeds it stays a list that is looked through.
 */
import type { Mailbox, ReversePath } from '../mail/mod.ts';
import { compileBelow, visitBelow } from './below.ts';
import type { Below } from './below.ts';
import { addressKey } from './patterns.ts';
import type { PatternSet } from './patterns.ts';

/** What a grant is filed under. */
export interface Filed {
  readonly recipients: PatternSet | undefined;
  readonly senders: PatternSet | undefined;
  readonly authenticated: 'any' | ReadonlySet<string> | undefined;
}

/** What is looked for. */
export interface Sought {
  readonly recipient: Mailbox;
  readonly sender: ReversePath;
  /** Folded. */
  readonly account: string | undefined;
}

/** Numbers of grants, ascending; or such lists by what the grants name. */
export type Candidates = readonly number[] | Split;

interface Split {
  /** Those that do not have the condition. */
  readonly others: Candidates;
  readonly by: 'recipients' | 'senders' | 'authenticated';
  /** By address, `@domain`, account, or `<>`. */
  readonly named: ReadonlyMap<string, Candidates>;
  /** By the domain above. */
  readonly below: Below<Candidates>;
}

/** A list of at most so many is looked through. */
const FEW = 8;
/** How many times over a grant may be filed, for each thing that the grants name. */
const ROOM = 8;

export interface Budget {
  left: number;
}

/** Room for all lists of a table together. */
export function budgetFor(grants: readonly Filed[]): Budget {
  return { left: grants.reduce((sum, grant) => sum + ROOM * (3 + namesOf(grant)), 0) };
}

function namesOf({ recipients, senders, authenticated }: Filed): number {
  const accounts = authenticated === undefined || authenticated === 'any' ? 0 : authenticated.size;
  return (recipients?.source.length ?? 0) + (senders?.source.length ?? 0) + accounts;
}

const ORDER = ['recipients', 'senders', 'authenticated'] as const;

/** Files `numbers`, ascending, by `ORDER` from `depth` on. */
export function fileCandidates(
  numbers: readonly number[],
  grants: readonly Filed[],
  budget: Budget,
  depth = 0,
): Candidates {
  const by = ORDER[depth];
  if (numbers.length <= FEW || by === undefined || budget.left <= 0) return numbers;
  const next = (list: readonly number[]): Candidates => fileCandidates(list, grants, budget, depth + 1);
  const others: number[] = [];
  const named = new Map<string, number[]>();
  const above = new Map<string, number[]>();
  for (const number of numbers) {
    const grant = grants[number];
    if (grant === undefined || !isFiledBy(grant, by)) {
      others.push(number);
      continue;
    }
    const { names, domains } = namesFor(grant, by);
    budget.left -= names.length + domains.length;
    for (const name of names) append(named, name, number);
    for (const domain of domains) append(above, domain, number);
  }
  if (named.size + above.size === 0) return next(others);
  return Object.freeze({
    others: next(others),
    by,
    named: mapValues(named, next),
    below: compileBelow(mapValues(above, next)),
  });
}

function isFiledBy(grant: Filed, by: Split['by']): boolean {
  return grant[by] !== undefined && grant[by] !== 'any';
}

interface Names {
  readonly names: readonly string[];
  readonly domains: readonly string[];
}

function namesFor(grant: Filed, by: Split['by']): Names {
  if (by === 'authenticated') {
    const { authenticated } = grant;
    const accounts = authenticated === undefined || authenticated === 'any' ? [] : [...authenticated];
    return { names: accounts, domains: [] };
  }
  const patterns = grant[by];
  if (patterns === undefined) return { names: [], domains: [] };
  return {
    names: [
      ...patterns.addresses,
      ...[...patterns.domains].map((domain) => `@${domain}`),
      ...(patterns.null ? [NULL] : []),
    ],
    domains: [...patterns.above.byDomain.keys()],
  };
}

/** No address is written so: `addressKey()` has an `@`. */
const NULL = '<>';

/** Shows `look` every list that may hold a grant that fits. */
export function visitCandidates(
  candidates: Candidates | undefined,
  sought: Sought,
  look: (numbers: readonly number[]) => void,
): void {
  if (candidates === undefined) return;
  if (isList(candidates)) return look(candidates);
  const visit = (found: Candidates | undefined): void => visitCandidates(found, sought, look);
  visit(candidates.others);
  if (candidates.by === 'authenticated') {
    if (sought.account !== undefined) visit(candidates.named.get(sought.account));
    return;
  }
  const address = candidates.by === 'recipients' ? sought.recipient : sought.sender;
  if (address === null) return visit(candidates.named.get(NULL));
  visit(candidates.named.get(addressKey(address)));
  visit(candidates.named.get(`@${address.domain}`));
  visitBelow(candidates.below, address.domain, visit);
}

function isList(candidates: Candidates): candidates is readonly number[] {
  return Array.isArray(candidates);
}

function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): ReadonlyMap<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function append(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else if (list.at(-1) !== value) list.push(value);
}
