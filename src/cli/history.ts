/** Opening the history for a command, and saying what could not be read of it. */
import { join } from 'node:path';
import { openHistory } from '../history/mod.ts';
import type { HistoryReader } from '../history/mod.ts';
import { DATA_FOLDER } from '../std/mod.ts';
import type { Console } from './console.ts';
import { formatCount, formatMoment } from './quantity.ts';

/** The history in a data folder; one that is not there is empty. */
export function openHistoryOf(data: string): HistoryReader {
  return openHistory(join(data, DATA_FOLDER.history));
}

/** Says that the answer is not whole, and what is missing. */
export function warnUnread({ problems }: HistoryReader, out: Console): void {
  const [first] = problems;
  if (first === undefined) return;
  const what = formatCount(problems.length, 'part of the history', 'parts of the history');
  out.warn(`${what} cannot be read, so what it holds is missing here. ${first.path}: ${first.error}`);
}

/** How far back it goes, in a sentence. */
export function describeSpan(history: HistoryReader, data: string): string {
  const span = history.span();
  if (span === undefined && history.problems.length > 0) return 'None of it can be read.';
  if (span === undefined) return `Nothing is recorded in ${join(data, DATA_FOLDER.history)}.`;
  return `The history goes back to ${formatMoment(span.first)}.`;
}
