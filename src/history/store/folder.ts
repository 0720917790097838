/**
 * Where the segments lie: `NNNNNNNN-YYYY-MM-DD.db` in the folder of the history, the number ascending whatever the clock does, the
 * day (UTC) that on which the segment was begun. A segment holds no other day but for what was under way at midnight, so the name
 * alone says how old it is, and retention opens no file. One that is damaged has `.damaged` behind its name.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^(\d{8})-(\d{4}-\d{2}-\d{2})\.db(\.damaged)?$/;
const DAY_MS = 86_400_000;
/** What SQLite keeps beside a database. */
const BESIDE = ['', '-wal', '-shm', '-journal'];

export interface SegmentFile {
  readonly path: string;
  readonly number: number;
  /** Milliseconds since the epoch: the first moment of its day. */
  readonly day: number;
  readonly damaged: boolean;
}

export function dayOf(at: number): number {
  return at - (((at % DAY_MS) + DAY_MS) % DAY_MS);
}

export function segmentFile(folder: string, number: number, at: number): SegmentFile {
  const day = dayOf(at);
  const name = `${String(number).padStart(8, '0')}-${new Date(day).toISOString().slice(0, 10)}.db`;
  return { path: join(folder, name), number, day, damaged: false };
}

/** All there are, the oldest first; none when there is no folder. Throws what the file system says otherwise. */
export function listSegments(folder: string): readonly SegmentFile[] {
  return entries(folder)
    .flatMap((name): readonly SegmentFile[] => {
      const [, number = '', date = '', damaged] = NAME.exec(name) ?? [];
      const day = Date.parse(`${date}T00:00:00Z`);
      if (Number.isNaN(day)) return [];
      return [{ path: join(folder, name), number: Number(number), day, damaged: damaged !== undefined }];
    })
    .sort((one, other) => one.number - other.number);
}

/** Octets on the disk, with what SQLite keeps beside it. */
export function octetsOf({ path }: SegmentFile): number {
  return BESIDE.reduce(
    (sum, ending) => sum + (statSync(path + ending, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

export function removeSegment({ path }: SegmentFile): void {
  for (const ending of BESIDE) rmSync(path + ending, { force: true });
}

/** Renames a damaged segment, so that nobody opens it again; answers the new path. */
export function setAside({ path }: SegmentFile): string {
  const aside = `${path}.damaged`;
  for (const ending of BESIDE) {
    if (statSync(path + ending, { throwIfNoEntry: false }) !== undefined)
      renameSync(path + ending, aside + ending);
  }
  return aside;
}

export interface Retention {
  /** A record is kept for so many days at least, unless there is no room. */
  readonly days: number;
  /** Octets of all segments together. */
  readonly bytes: number;
}

export interface SizedSegment extends SegmentFile {
  readonly octets: number;
}

/**
 * Which of the segments, the oldest first, are to go: all whose day ended more than `days` days ago, and the oldest until the others
 * fit. Pure.
 */
export function surplus(
  segments: readonly SizedSegment[],
  { days, bytes }: Retention,
  now: number,
): readonly SizedSegment[] {
  let total = segments.reduce((sum, { octets }) => sum + octets, 0);
  return segments.filter(({ day, octets }) => {
    const goes = total > bytes || now >= day + (days + 1) * DAY_MS;
    if (goes) total -= octets;
    return goes;
  });
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
