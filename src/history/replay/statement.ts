/** From what was counted to as few statements as say it naturally: a transition, and whom it concerns. */
import type { Decision } from '../../policy/mod.ts';
import type { DecisionRecord } from '../types.ts';
import { coverOf, siteOf } from './network.ts';
import type { Cell, Counted, Transition } from './tally.ts';

/** One thing that would change. */
export interface Statement extends Transition {
  /** Each once, in the order in which they were first seen. */
  readonly clients: readonly string[];
  /** There are more than are told apart. */
  readonly moreClients: boolean;
  /** A network that holds all clients; undefined: there is only one client, or no network that says anything. */
  readonly network: string | undefined;
  /** Accounts that had signed in, each once. */
  readonly accounts: readonly string[];
  /** Some clients had not signed in. */
  readonly anonymous: boolean;
  /** Domains of the recipients, each once. */
  readonly domains: readonly string[];
  readonly moreDomains: boolean;
  /** How many decisions: a mail has one for each recipient. */
  readonly recipients: number;
  readonly mails: number;
  /** On how many days of the period. */
  readonly days: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** How many of the decisions a limit, or what else restrains a grant, had refused all the same. */
  readonly restrained: number;
  /** How many of the decisions are judged by what the directory says today. */
  readonly today: number;
  /** The last decision, and what it would be. */
  readonly example: { readonly record: DecisionRecord; readonly decision: Decision };
}

/** At most so many statements about one transition; what would need more is said in one. */
const MOST_PARTS = 3;

const ORDER: Readonly<Record<Transition['kind'], number>> = { opens: 0, closes: 1, alters: 2 };

/** Opens first, then closes, then alters; in each the one with the most decisions first. */
export function makeStatements(counted: readonly Counted[]): readonly Statement[] {
  return counted
    .flatMap(({ transition, cells }) => split(cells).map((part) => stateOf(transition, part)))
    .sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || b.recipients - a.recipients);
}

/**
 * Who is meant divides a transition into parts, and of the ways to divide it that with the fewest parts is taken: by client, by
 * account, or by the clients' networks; of equal ones the first. Rules have divided the rest already.
 */
function split(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const ways = [byClient, byAccount, bySite].map((keyOf) => partition(cells, keyOf));
  const fewest = ways.reduce((best, way) => (way.length < best.length ? way : best));
  return fewest.length <= MOST_PARTS ? fewest : [cells];
}

const byClient = ({ client }: Cell): string => client ?? '';
const byAccount = ({ account, client }: Cell): string => account ?? `\n${client ?? ''}`;
const bySite = ({ client }: Cell): string => (client === undefined ? '' : siteOf(client));

function partition(cells: readonly Cell[], keyOf: (cell: Cell) => string): readonly (readonly Cell[])[] {
  return [...Map.groupBy(cells, keyOf).values()];
}

function stateOf(transition: Transition, cells: readonly Cell[]): Statement {
  const sum = (what: (cell: Cell) => number): number => cells.reduce((total, cell) => total + what(cell), 0);
  const clients = distinct(cells.map(({ client }) => client));
  const moreClients = cells.some(({ client }) => client === undefined);
  const latest = cells.reduce((best, cell) => (cell.last > best.last ? cell : best));
  return {
    ...transition,
    clients,
    moreClients,
    network: moreClients || clients.length < 2 ? undefined : coverOf(clients),
    accounts: distinct(cells.map(({ account }) => account)),
    anonymous: cells.some(({ account }) => account === null),
    domains: distinct(cells.flatMap(({ domains }) => [...domains])),
    moreDomains: cells.some((cell) => cell.moreDomains),
    recipients: sum((cell) => cell.recipients),
    mails: sum((cell) => cell.mails),
    days: new Set(cells.flatMap(({ days }) => [...days])).size,
    first: cells.reduce((first, cell) => Math.min(first, cell.first), latest.first),
    last: latest.last,
    restrained: sum((cell) => cell.restrained),
    today: sum((cell) => cell.today),
    example: latest.example,
  };
}

function distinct(items: readonly (string | null | undefined)[]): string[] {
  return [...new Set(items.filter((item) => typeof item === 'string'))];
}
