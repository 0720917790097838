/**
 * What would change, counted while a history is read: by transition, client and account. Its memory is bounded; what is beyond is
 * still counted, but no longer told apart.
 */
import type { Decision, Place, RuleRef } from '../../policy/mod.ts';
import type { DecisionRecord } from '../types.ts';
import type { Effect } from './effect.ts';
import type { ChangeKind } from './judge.ts';

/** What changes into what, by which rules. */
export interface Transition {
  readonly kind: ChangeKind;
  readonly before: Effect;
  readonly after: Effect;
  /** As `formatRule()` writes them. */
  readonly ruleBefore: string;
  readonly ruleAfter: string;
  /** Of the rule that would decide; undefined: none would. */
  readonly place: Place | undefined;
}

/** The changed decisions of one client and account. */
export interface Cell {
  /** undefined: of more clients than are told apart. */
  readonly client: string | undefined;
  /** null: not signed in. */
  readonly account: string | null;
  recipients: number;
  mails: number;
  /** How many days before the end of the period, ascending, each once. */
  readonly days: Set<number>;
  first: number;
  last: number;
  /** Domains of the recipients, as far as they are told apart. */
  readonly domains: Set<string>;
  moreDomains: boolean;
  /** Accepted by the policy and refused all the same then, by a limit or the like. */
  restrained: number;
  /** Judged by what the directory says today. */
  today: number;
  /** The last one, and what it would be. */
  example: { readonly record: DecisionRecord; readonly decision: Decision };
}

export interface Counted {
  readonly transition: Transition;
  readonly cells: readonly Cell[];
}

/** A changed decision. */
export interface Changed {
  readonly record: DecisionRecord;
  readonly decision: Decision;
  readonly transition: Omit<Transition, 'place'>;
  readonly today: boolean;
}

export interface TallyOptions {
  /** The end of the period, milliseconds since the epoch: days are counted back from it. */
  readonly until: number;
  /** Cells that are told apart. */
  readonly cells?: number;
  /** Domains of a cell that are told apart. */
  readonly domains?: number;
  /** Mails that are remembered, so that one with several recipients counts once. */
  readonly mails?: number;
}

const DAY = 86_400_000;

interface Entry {
  readonly transition: Transition;
  readonly cells: Map<string, Cell>;
}

export class Tally {
  readonly #until: number;
  readonly #limits: { readonly cells: number; readonly domains: number };
  readonly #mails: RecentMails;
  readonly #entries = new Map<string, Entry>();
  #cells = 0;

  constructor({ until, cells = 20_000, domains = 100, mails = 50_000 }: TallyOptions) {
    this.#until = until;
    this.#limits = { cells, domains };
    this.#mails = new RecentMails(mails);
  }

  add(changed: Changed): void {
    const { record, decision, today } = changed;
    const cell = this.#cellFor(this.#entryFor(changed), changed);
    cell.recipients += 1;
    if (this.#mails.isNew(cell, record)) cell.mails += 1;
    cell.days.add(Math.floor((this.#until - 1 - record.at) / DAY));
    cell.first = Math.min(cell.first, record.at);
    cell.last = Math.max(cell.last, record.at);
    if (record.restrained !== null) cell.restrained += 1;
    if (today) cell.today += 1;
    const { domain } = decision.facts.recipient;
    if (cell.domains.size < this.#limits.domains) cell.domains.add(domain);
    else if (!cell.domains.has(domain)) cell.moreDomains = true;
    cell.example = { record, decision };
  }

  /** What was counted so far, in the order in which it was first seen. */
  counted(): readonly Counted[] {
    return Array.from(this.#entries.values(), ({ transition, cells }) => ({
      transition,
      cells: [...cells.values()],
    }));
  }

  #entryFor({ transition, decision }: Changed): Entry {
    const { before, after, ruleBefore, ruleAfter } = transition;
    const key = `${before}\n${after}\n${ruleBefore}\n${ruleAfter}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry = {
      transition: { ...transition, place: placeOf(decision.rule) },
      cells: new Map<string, Cell>(),
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #cellFor({ cells }: Entry, { record, decision }: Changed): Cell {
    const key = `${record.client}\n${record.account ?? ''}`;
    const known = cells.get(key);
    if (known !== undefined) return known;
    const full = this.#cells >= this.#limits.cells;
    const rest = full ? cells.get(REST) : undefined;
    if (rest !== undefined) return rest;
    const cell: Cell = {
      client: full ? undefined : record.client,
      account: full ? null : record.account,
      recipients: 0,
      mails: 0,
      days: new Set(),
      first: record.at,
      last: record.at,
      domains: new Set(),
      moreDomains: false,
      restrained: 0,
      today: 0,
      example: { record, decision },
    };
    cells.set(full ? REST : key, cell);
    this.#cells += 1;
    return cell;
  }
}

/** The key of the cell for clients that are not told apart; no client is called so. */
const REST = '';

function placeOf(rule: RuleRef): Place | undefined {
  return rule.kind === 'none' ? undefined : rule.place;
}

/** Which mails were counted lately in which cell. The recipients of a mail follow each other within minutes. */
class RecentMails {
  readonly #limit: number;
  #young = new Map<Cell, Set<string>>();
  #old = new Map<Cell, Set<string>>();
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  isNew(cell: Cell, { session, transaction }: DecisionRecord): boolean {
    const mail = `${session}/${transaction}`;
    if (this.#young.get(cell)?.has(mail) === true || this.#old.get(cell)?.has(mail) === true) return false;
    if (this.#size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    const seen = this.#young.get(cell);
    if (seen === undefined) this.#young.set(cell, new Set([mail]));
    else seen.add(mail);
    this.#size += 1;
    return true;
  }
}
