/**
 * Contents that are too large for the database: each a file of its own, complete and synced before a commit names it.
 *
 * A file is `unclaimed` from `finish()` until a commit names it; only so long may `discard()` remove it. What is left
 * unclaimed by a crash is removed when the spool is opened next.
 */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { causeText, SpoolError } from './error.ts';
import { hasCode, UNFINISHED } from './store/files.ts';
import type { Body, BodyWriter, SpoolId } from './types.ts';

/** Once there is a file, smaller chunks are gathered up to this many octets before they are written to it. */
const GATHER_BYTES = 64 << 10;

/** The file system says that there is no room: on the disk, for the user, for a file. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export interface Bodies extends AsyncDisposable {
  /** A writer for the content of a message; it makes the file when the content turns out to be over the bound. */
  writer(id: SpoolId): BodyWriter;
  path(id: SpoolId): string;
  /** A commit names the file of this message. False when no finished file is there to be named. */
  claim(id: SpoolId): boolean;
  /** That commit was rejected, so the file can be discarded or named again. */
  readonly unclaim: (id: SpoolId) => void;
}

export interface BodiesOptions {
  readonly folder: string;
  /** Contents up to this many octets stay in memory. */
  readonly inlineLimit: number;
  /** A write failed for want of room. */
  readonly full: (cause: string) => void;
  /** A sync failed: what the disk holds is unknown. */
  readonly failed: (cause: unknown) => SpoolError;
}

/** Where body files are written; the folder exists. */
export async function openBodies(options: BodiesOptions): Promise<Bodies> {
  const { folder } = options;
  const directory = await open(folder, 'r');
  const unclaimed = new Set<SpoolId>();
  return {
    writer: (id) => bodyWriter(id, { ...options, directory, unclaimed }),
    path: (id) => join(folder, id),
    claim: (id) => unclaimed.delete(id),
    unclaim: (id) => void unclaimed.add(id),
    [Symbol.asyncDispose]: () => directory.close(),
  };
}

interface WriterOptions extends BodiesOptions {
  readonly directory: FileHandle;
  readonly unclaimed: Set<SpoolId>;
}

/** The steps of a writer must be awaited one after the other. */
function bodyWriter(id: SpoolId, options: WriterOptions): BodyWriter {
  const { folder, inlineLimit, directory, unclaimed } = options;
  const temporary = join(folder, UNFINISHED + id);
  const path = join(folder, id);
  let file: FileHandle | undefined;
  let gathered: Buffer[] = [];
  let pending = 0;
  let size = 0;
  /** After a step that failed nothing but `discard()` is left: some of the content may be lost. */
  let state: 'writing' | 'broken' | 'finished' | 'discarded' = 'writing';

  const broken = (error: SpoolError): SpoolError => {
    state = 'broken';
    return error;
  };
  const writeOut = async (): Promise<FileHandle> => {
    file ??= await open(temporary, 'wx', 0o600);
    const bytes = Buffer.concat(gathered);
    gathered = [];
    pending = 0;
    await writeAll(file, bytes);
    return file;
  };
  /** A failure here costs this body only. */
  const flush = async (): Promise<FileHandle> => {
    try {
      return await writeOut();
    } catch (error) {
      if (hasNoRoom(error)) throw broken(noRoom(options, error));
      throw broken(
        new SpoolError('failed', `cannot write a body file: ${causeText(error)}`, { cause: error }),
      );
    }
  };
  const mustBeWriting = (): void => {
    if (state !== 'writing') throw new Error(`the body of ${id} is ${state} already`);
  };

  return {
    async write(chunk) {
      mustBeWriting();
      // A copy, since the caller may use the chunk's memory again.
      gathered.push(Buffer.from(chunk));
      pending += chunk.length;
      size += chunk.length;
      if (pending > (file === undefined ? inlineLimit : GATHER_BYTES)) await flush();
    },
    async finish(): Promise<Body> {
      mustBeWriting();
      if (file === undefined) {
        state = 'finished';
        return { kind: 'memory', bytes: Buffer.concat(gathered) };
      }
      const complete = await flush();
      try {
        await complete.sync();
        await complete.close();
        await rename(temporary, path);
        await directory.sync();
      } catch (error) {
        throw broken(hasNoRoom(error) ? noRoom(options, error) : options.failed(error));
      }
      state = 'finished';
      unclaimed.add(id);
      return { kind: 'file', path, size };
    },
    async discard() {
      if (state === 'finished') {
        if (unclaimed.delete(id)) await rm(path, { force: true });
      } else if (state !== 'discarded' && file !== undefined) {
        await file.close();
        await rm(temporary, { force: true });
      }
      state = 'discarded';
      gathered = [];
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
  }
}

function noRoom(options: BodiesOptions, error: unknown): SpoolError {
  options.full(causeText(error));
  return new SpoolError('full', `cannot store a body: ${causeText(error)}`, { cause: error });
}

function hasNoRoom(error: unknown): boolean {
  return hasCode(error, ...NO_ROOM);
}
