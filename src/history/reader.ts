/**
 * Reading the history: while a daemon writes it, and when there is none. The door opens it with `openHistory(folder)`, where the
 * folder is `DATA_FOLDER.history` in the data folder; a folder that is not there is an empty history.
 *
 * What is recorded can be read about a second later. A segment that cannot be read is left out and named in `problems`; nothing
 * here throws for what is on the disk. Everything is synchronous and made for a command of its own process, never for a worker.
 */
import type { Case } from './replay/facts.ts';
import type { AttemptRecord, DecisionRecord, MessageRecord, NoticeRecord } from './types.ts';

/** From `since` until before `until`, milliseconds since the epoch. */
export interface Period {
  readonly since: number;
  readonly until: number;
}

/** Some decisions, as far as judging them again needs them: the texts that no policy asks for are most of what is recorded. */
export interface DecisionPage {
  readonly cases: readonly Case[];
  /**
   * The records of these cases, whole, in the order of `indices`, which ascend; only until the next page is read. Undefined: they are
   * damaged, which `problems` says.
   */
  records(indices: readonly number[]): readonly DecisionRecord[] | undefined;
}

export interface HistoryReader extends Disposable {
  /** The first and the last moment of what is recorded; undefined: nothing is. */
  span(): { readonly first: number; readonly last: number } | undefined;
  /** How many decisions `pages()` will give; quick. */
  count(period: Period): number;
  /**
   * The decisions of a period, a few hundred at a time so that the caller can look up in between, in the order in which they were
   * written: that of time, but for the fraction of a second by which workers differ.
   */
  pages(period: Period): Iterable<DecisionPage>;
  /** A session by the name that a refusal ends in. */
  bySession(session: string): readonly Passage[];
  /** A message by its name in the queue; of a notification of ours as well. */
  byMessage(id: string): readonly Passage[];
  /** Messages by their Message-ID field, without its brackets; octet for octet. */
  byMessageId(messageId: string): readonly Passage[];
  /** Mail from or to an address (ASCII letters are alike), the latest first, at most `limit` transactions. */
  byAddress(
    address: string,
    options: { readonly limit: number; readonly since?: number },
  ): readonly Passage[];
  /** What could not be read so far. */
  readonly problems: readonly HistoryProblem[];
}

/**
 * One transaction, whole: the decisions on its recipients, the message that came of it, and what became of that. In the order of time,
 * unless said otherwise. A transaction without a message was refused or given up by the client; a message of ours, such as a notification,
 * has neither session nor decisions. What is older than the retention is missing.
 */
export interface Passage {
  readonly session: string | null;
  readonly transaction: number;
  readonly decisions: readonly DecisionRecord[];
  readonly message: MessageRecord | null;
  readonly attempts: readonly AttemptRecord[];
  /** Notifications to the sender of this message, and, of a notification, the one that made it. */
  readonly notices: readonly NoticeRecord[];
}

export interface HistoryProblem {
  readonly path: string;
  readonly error: string;
}
