/**
 * The grants, compiled, and the one definition of when a grant fits.
 *
 * The conditions of a grant are ANDed, grants are ORed, and the first that fits in configuration order is the one that
 * decides. To find it, only candidates are looked at: grants whose ranges hold the client or the local address, and
 * grants for the account that has signed in. Every grant has one of these conditions, so no other can fit. Where many
 * grants hold for the same clients, they are filed under the rest of what they name (`candidates.ts`).
 */
import { foldAscii } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import { budgetFor, fileCandidates, visitCandidates } from './candidates.ts';
import type { Budget, Candidates, Sought } from './candidates.ts';
import { compilePatterns, fitsPatterns } from './patterns.ts';
import type { PatternSet } from './patterns.ts';
import { buildRangeTable, findBlock, isCovered } from './range-table.ts';
import type { RangeTable } from './range-table.ts';
import type { Block } from './segments.ts';
import type { Facts, GrantSource, RuleRef } from './types.ts';

export type GrantRef = Extract<RuleRef, { kind: 'grant' }>;

export interface Grant {
  /** Its position in the configuration, from 0. */
  readonly index: number;
  readonly rule: GrantRef;
  /** Names are folded. */
  readonly authenticated: 'any' | ReadonlySet<string> | undefined;
  readonly from: boolean;
  readonly connectingTo: boolean;
  readonly senders: PatternSet | undefined;
  readonly recipients: PatternSet | undefined;
  /** Milliseconds since the epoch. */
  readonly until: number | undefined;
  /** Those that it has, and that are all to be looked at. */
  readonly conditions: readonly Condition[];
  /** As configured, for explanations. */
  readonly source: GrantSource;
}

export interface GrantTable {
  /** In configuration order. */
  readonly grants: readonly Grant[];
  /** By client address: `from` of every grant. */
  readonly clients: RangeTable;
  /** By local address: `connectingTo` of every grant. */
  readonly locals: RangeTable;
  /** The same, of grants without `from`: the others are found by the client, of which there are fewer. */
  readonly localCandidates: RangeTable;
  /** Grants with neither `from` nor `connectingTo`. */
  readonly accounts: Candidates;
  /** The grants of a block of `clients` or `localCandidates`, where they are many. */
  readonly filed: ReadonlyMap<Block, Candidates>;
}

/** What the conditions look at. Made once for a recipient. */
export interface Question {
  readonly facts: Facts;
  /** The recipient after rewriting. */
  readonly recipient: Mailbox;
  /** `facts.account`, folded. */
  readonly account: string | undefined;
  readonly clientBlock: Block | undefined;
  readonly localBlock: Block | undefined;
}

export type Condition = 'authenticated' | 'from' | 'connectingTo' | 'senders' | 'recipients' | 'until';

/**
 * When a condition holds; one that the grant does not have always does.
 *
 * `recipients` is compared with the recipient after rewriting: a grant says where mail may go, and that is where it
 * goes. `senders` is compared with the sender the client claims, which proves nothing and therefore only narrows.
 */
const HOLDS: Record<Condition, (grant: Grant, question: Question) => boolean> = {
  authenticated: ({ authenticated }, { account }) =>
    authenticated === undefined ||
    (account !== undefined && (authenticated === 'any' || authenticated.has(account))),
  from: (grant, { clientBlock }) => !grant.from || isCovered(clientBlock, grant.index),
  connectingTo: (grant, { localBlock }) => !grant.connectingTo || isCovered(localBlock, grant.index),
  senders: ({ senders }, { facts }) => senders === undefined || fitsPatterns(senders, facts.sender),
  recipients: ({ recipients }, { recipient }) =>
    recipients === undefined || fitsPatterns(recipients, recipient),
  until: ({ until }, { facts }) => until === undefined || facts.at < until,
};

const CONDITIONS: readonly Condition[] = [
  'authenticated',
  'from',
  'connectingTo',
  'senders',
  'recipients',
  'until',
];

export function compileGrants(sources: readonly GrantSource[]): GrantTable {
  const grants = sources.map(compileGrant);
  const byAddress = ({ from, connectingTo }: Grant): boolean => from || connectingTo;
  const accounts = grants.filter((grant) => !byAddress(grant)).map(({ index }) => index);
  const clients = buildRangeTable(sources.map(({ from }) => from ?? []));
  const localCandidates = buildRangeTable(
    sources.map(({ from, connectingTo }) => (from === undefined ? (connectingTo ?? []) : [])),
  );
  const budget = budgetFor(grants);
  return Object.freeze({
    grants: Object.freeze(grants),
    clients,
    locals: buildRangeTable(sources.map(({ connectingTo }) => connectingTo ?? [])),
    localCandidates,
    accounts: fileCandidates(accounts, grants, budget),
    filed: fileBlocks([clients, localCandidates], grants, budget),
  });
}

function fileBlocks(
  tables: readonly RangeTable[],
  grants: readonly Grant[],
  budget: Budget,
): GrantTable['filed'] {
  const filed = new Map<Block, Candidates>();
  const blocks = new Set(tables.flatMap(({ v4, v6 }) => [...v4.blocks, ...v6.blocks]));
  for (const block of blocks) {
    if (block === undefined) continue;
    const candidates = fileCandidates(block.rules, grants, budget);
    if (candidates !== block.rules) filed.set(block, candidates);
  }
  return filed;
}

export function questionOf(facts: Facts, recipient: Mailbox, table: GrantTable): Question {
  return {
    facts,
    recipient,
    account: facts.account === undefined ? undefined : foldAscii(facts.account),
    clientBlock: findBlock(table.clients, facts.client),
    localBlock: findBlock(table.locals, facts.localAddress),
  };
}

/** The conditions of `grant` that do not hold; none: it fits. */
export function unmetConditions(grant: Grant, question: Question): readonly Condition[] {
  return grant.conditions.filter((condition) => !HOLDS[condition](grant, question));
}

/** The first grant, in configuration order, that fits. */
export function firstFitting(table: GrantTable, question: Question): Grant | undefined {
  const { facts, account, clientBlock } = question;
  let first = table.grants.length;
  const look = (numbers: readonly number[]): void => {
    first = firstFittingOf(numbers, first, table, question);
  };
  const visitAround = (innermost: Block | undefined): void => {
    for (let at = innermost; at !== undefined; at = at.around) {
      const filed = table.filed.size === 0 ? undefined : table.filed.get(at);
      if (filed === undefined) look(at.rules);
      else visitCandidates(filed, soughtBy(question), look);
    }
  };
  visitAround(clientBlock);
  visitAround(findBlock(table.localCandidates, facts.localAddress));
  if (account !== undefined) visitCandidates(table.accounts, soughtBy(question), look);
  return table.grants[first];
}

function soughtBy({ facts, recipient, account }: Question): Sought {
  return { recipient, sender: facts.sender, account };
}

/**
 * Whether some grant fits but for its recipients: one that names a client that has not signed in, and the sender. Looks at the
 * grants whose ranges hold the client or the local address, and at no other.
 */
export function fitsSomebody(table: GrantTable, question: Question): boolean {
  const isMet = (condition: Condition, grant: Grant): boolean =>
    condition === 'recipients' || HOLDS[condition](grant, question);
  const fitsOneOf = (innermost: Block | undefined): boolean => {
    for (let at = innermost; at !== undefined; at = at.around) {
      for (const index of at.rules) {
        const grant = table.grants[index];
        if (grant?.conditions.every((condition) => isMet(condition, grant)) === true) return true;
      }
    }
    return false;
  };
  return (
    fitsOneOf(question.clientBlock) ||
    fitsOneOf(findBlock(table.localCandidates, question.facts.localAddress))
  );
}

function fits(grant: Grant, question: Question): boolean {
  for (const condition of grant.conditions) {
    if (!HOLDS[condition](grant, question)) return false;
  }
  return true;
}

/** The first of ascending `candidates` that fits, when it is before `limit`; else `limit`. */
function firstFittingOf(
  candidates: readonly number[],
  limit: number,
  table: GrantTable,
  question: Question,
): number {
  for (const index of candidates) {
    if (index >= limit) break;
    const grant = table.grants[index];
    if (grant !== undefined && fits(grant, question)) return index;
  }
  return limit;
}

function compileGrant(source: GrantSource, index: number): Grant {
  const { name, place, authenticated } = source;
  return Object.freeze({
    index,
    rule: Object.freeze({ kind: 'grant', name, place }),
    authenticated:
      authenticated === undefined || authenticated === 'any'
        ? authenticated
        : new Set(authenticated.map(foldAscii)),
    from: source.from !== undefined,
    connectingTo: source.connectingTo !== undefined,
    senders: source.senders && compilePatterns(source.senders),
    recipients: source.recipients && compilePatterns(source.recipients),
    until: source.until,
    conditions: CONDITIONS.filter((condition) => source[condition] !== undefined),
    source,
  });
}
