/**
 * Writing one message into one Maildir: tmp, sync, new, sync the folder. The message is there whole or not at all, and what was
 * reported as delivered outlasts a crash.
 */
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SyncFolder } from './folderSync.ts';
import { createLineFeeds, type LineFeeds } from './lineFeeds.ts';
import type { Content } from './types.ts';

export interface MaildirWrite {
  /** The Maildir; made when it is not there. */
  readonly path: string;
  /** The lines of ours that come first, with LF. */
  readonly head: Buffer;
  readonly content: Content;
  /** The content is kept as it is, line ends included. */
  readonly binary: boolean;
  readonly uniqueName: () => string;
  readonly syncFolder: SyncFolder;
  readonly signal: AbortSignal;
}

/** Names tried before giving up; the second is needed only when somebody else uses our names. */
const NAMES = 3;

/** Resolves when the message is on the disk. Rejects with the system's error, or with the signal's reason; then nothing is left. */
export async function writeToMaildir(write: MaildirWrite): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await writeAs(write.uniqueName(), write);
      return;
    } catch (error) {
      const code = errorCode(error);
      const another = code === 'EEXIST' || code === 'ENOENT';
      if (!another || tried === NAMES) throw error;
      if (code === 'ENOENT') await makeMaildir(write.path, write.syncFolder);
    }
  }
}

/** The `code` of a system error; undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

async function writeAs(name: string, write: MaildirWrite): Promise<void> {
  const temporary = join(write.path, 'tmp', name);
  const folder = join(write.path, 'new');
  write.signal.throwIfAborted();
  const file = await open(temporary, 'wx', 0o600);
  try {
    try {
      await fill(file, write);
      await file.datasync();
    } finally {
      await file.close();
    }
    write.signal.throwIfAborted();
    // Unlike rename(), link() never replaces a message that has the name already.
    await link(temporary, join(folder, name));
  } finally {
    await unlink(temporary);
  }
  await write.syncFolder(folder);
}

const AS_IT_IS: LineFeeds = { push: (chunk) => chunk, end: () => Buffer.alloc(0) };

async function fill(
  file: Awaited<ReturnType<typeof open>>,
  { head, content, binary, signal }: MaildirWrite,
): Promise<void> {
  const lines = binary ? AS_IT_IS : createLineFeeds();
  if (content.bytes === undefined) {
    await writeAll(file, [head]);
    for await (const chunk of content.open()) {
      signal.throwIfAborted();
      await writeAll(file, [lines.push(chunk)]);
    }
    await writeAll(file, [lines.end()]);
  } else {
    await writeAll(file, [head, lines.push(content.bytes), lines.end()]);
  }
}

/** `writev()` may write less than it is given. */
async function writeAll(file: Awaited<ReturnType<typeof open>>, pieces: readonly Buffer[]): Promise<void> {
  const all = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  let rest = all ?? Buffer.alloc(0);
  while (rest.length > 0) {
    const { bytesWritten } = await file.write(rest);
    rest = rest.subarray(bytesWritten);
  }
}

/** `tmp` comes last: where it is, the others are. */
async function makeMaildir(path: string, syncFolder: SyncFolder): Promise<void> {
  for (const name of ['cur', 'new', 'tmp']) await mkdir(join(path, name), { recursive: true, mode: 0o700 });
  await syncFolder(path);
  await syncFolder(dirname(path));
}
