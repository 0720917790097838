/** The history as a whole, as it is read: its segments one after the other, without those that cannot be read. */
import { existsSync } from 'node:fs';
import { errorText, fileError } from '../../std/mod.ts';
import type { DecisionPage, HistoryProblem, HistoryReader, Passage, Period } from '../reader.ts';
import { listSegments, type SegmentFile } from '../store/folder.ts';
import {
  passagesOfMessage,
  passagesOfSession,
  passagesWith,
  passagesWithId,
  type FromEach,
} from './passages.ts';
import { SegmentReader } from './segment.ts';

const DAY_MS = 86_400_000;
/** By how much what a segment holds may lie outside its day: what was under way at midnight, and a clock that was set. */
const SLACK = 3_600_000;

/** Decisions that are read at a time: few enough that a page has gone before the garbage is collected, which 2048 had not, at a fifth of the time. */
const PAGE = 256;

/**
 * Opens the history in a folder. One that is not there is empty; one that cannot be listed is empty, too, and a problem. `page` is
 * how many decisions are read at a time, which makes no difference to what is read.
 */
export function openHistory(folder: string, { page = PAGE }: { readonly page?: number } = {}): HistoryReader {
  return new History(folder, page);
}

class History implements HistoryReader {
  readonly #segments: readonly SegmentFile[];
  readonly #page: number;
  readonly #open = new Map<string, SegmentReader | undefined>();
  readonly #problems: HistoryProblem[] = [];

  constructor(folder: string, page: number) {
    this.#page = page;
    this.#segments = this.#list(folder).filter(({ damaged }) => !damaged);
  }

  #list(folder: string): readonly SegmentFile[] {
    try {
      return listSegments(folder);
    } catch (error) {
      this.#problems.push({ path: folder, error: fileError(error) });
      return [];
    }
  }

  get problems(): readonly HistoryProblem[] {
    return this.#problems;
  }

  [Symbol.dispose](): void {
    for (const segment of this.#open.values()) segment?.[Symbol.dispose]();
    this.#open.clear();
  }

  span(): { readonly first: number; readonly last: number } | undefined {
    const spanOf = (file: SegmentFile): ReturnType<SegmentReader['span']> =>
      this.#read(file, (segment) => segment.span());
    const first = firstOf(this.#segments, spanOf);
    const last = firstOf(this.#segments.toReversed(), spanOf);
    return first === undefined || last === undefined ? undefined : { first: first.first, last: last.last };
  }

  count(period: Period): number {
    return this.#within(period).reduce(
      (sum, file) => sum + (this.#read(file, (segment) => segment.count(period)) ?? 0),
      0,
    );
  }

  *pages(period: Period): Iterable<DecisionPage> {
    for (const file of this.#within(period)) {
      using segment = this.#openOne(file);
      if (segment === undefined) continue;
      try {
        for (const page of segment.pages(period, this.#page)) yield this.#guarded(file, page);
      } catch (error) {
        this.#problem(file, error);
      }
    }
  }

  #guarded(file: SegmentFile, page: DecisionPage): DecisionPage {
    return {
      cases: page.cases,
      records: (indices) => {
        try {
          return page.records(indices);
        } catch (error) {
          this.#problem(file, error);
          return undefined;
        }
      },
    };
  }

  bySession(session: string): readonly Passage[] {
    return passagesOfSession(this.#fromEach, session);
  }

  byMessage(id: string): readonly Passage[] {
    return passagesOfMessage(this.#fromEach, id);
  }

  byMessageId(messageId: string): readonly Passage[] {
    return passagesWithId(this.#fromEach, messageId);
  }

  byAddress(
    address: string,
    { limit, since = -Infinity }: { readonly limit: number; readonly since?: number },
  ): readonly Passage[] {
    const floor = Math.max(since, Number.MIN_SAFE_INTEGER);
    return passagesWith(this.#fromEach, address, { limit, since: floor });
  }

  readonly #fromEach: FromEach = (read) => this.#segments.flatMap((file) => this.#read(file, read) ?? []);

  #within({ since, until }: Period): readonly SegmentFile[] {
    return this.#segments.filter(({ day }) => day - SLACK < until && day + DAY_MS + SLACK > since);
  }

  /** Undefined when it cannot be read. */
  #read<Found>(file: SegmentFile, read: (segment: SegmentReader) => Found): Found | undefined {
    if (!this.#open.has(file.path)) this.#open.set(file.path, this.#openOne(file));
    const segment = this.#open.get(file.path);
    if (segment === undefined) return undefined;
    try {
      return read(segment);
    } catch (error) {
      this.#open.set(file.path, undefined);
      segment[Symbol.dispose]();
      this.#problem(file, error);
      return undefined;
    }
  }

  #openOne(file: SegmentFile): SegmentReader | undefined {
    // Retention may have removed it since the folder was listed.
    if (!existsSync(file.path)) return undefined;
    try {
      return SegmentReader.open(file.path);
    } catch (error) {
      this.#problem(file, error);
      return undefined;
    }
  }

  #problem({ path }: SegmentFile, error: unknown): void {
    if (this.#problems.some((problem) => problem.path === path)) return;
    this.#problems.push({ path, error: errorText(error) });
  }
}

function firstOf<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
