/**
 * Owning the control socket. Only one daemon works on a data folder; the sign is a lock on `<socket>.lock`, which the operating
 * system gives back however the process ends. A socket file without a listener is what a killed daemon leaves behind: it is removed,
 * after a connection to it was refused.
 */
import { closeSync, openSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { errorText } from '../std/mod.ts';

/** `sun_path` of Linux holds 107 octets and a NUL, that of macOS 103. */
const LONGEST_PATH = process.platform === 'darwin' ? 103 : 107;

export type ControlErrorCode =
  /** Another daemon runs on this data folder. */
  | 'inUse'
  /** The path of the socket is longer than the system can name. */
  | 'pathTooLong'
  /** The socket or its lock cannot be made. */
  | 'notWritable';

/** The control socket cannot be opened. The message says what to do. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Holds the sole right to listen at `path` until it is released. */
export interface SocketClaim {
  /** A socket file that nobody listened to was removed. */
  readonly replacedStale: boolean;
  release(): void;
}

/** Claims the right to listen at `path`; throws ControlError when another process has it. */
export async function claimSocket(path: string): Promise<SocketClaim> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    const message = `the path of the control socket is longer than ${LONGEST_PATH} octets: ${path}. Choose a shorter data folder.`;
    throw new ControlError('pathTooLong', message);
  }
  const release = lock(path);
  try {
    return { replacedStale: await clear(path), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Throws ControlError when another process has the right to listen at `path`; its folder exists. Changes nothing. */
export function requireFree(path: string): void {
  lock(path)();
}

const SQLITE_BUSY = 5;

/** SQLite's file lock is the only one that Node offers; the file stays empty. */
function lock(path: string): () => void {
  try {
    // SQLite itself would make it with the mode of the umask.
    closeSync(openSync(`${path}.lock`, 'a', 0o600));
    const database = new DatabaseSync(`${path}.lock`, { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      return () => database.close();
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (cause) {
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)
      throw inUse(path, cause);
    const reason = errorText(cause);
    throw new ControlError('notWritable', `cannot make ${path}.lock: ${reason}. Is the data folder yours?`, {
      cause,
    });
  }
}

/** Removes a socket file without a listener; whether there was one. */
async function clear(path: string): Promise<boolean> {
  const state = await probe(path);
  if (state === 'listening') throw inUse(path);
  if (state === 'absent') return false;
  await unlink(path);
  return true;
}

function probe(path: string): Promise<'listening' | 'dead' | 'absent'> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('listening');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('absent');
      else if (error.code === 'ECONNREFUSED') resolve('dead');
      else reject(new ControlError('notWritable', `cannot use the control socket ${path}: ${error.message}`));
    });
  });
}

function inUse(path: string, cause?: unknown): ControlError {
  const message = `another Postern runs on this data folder (${path}). Stop it, or give this one a data folder of its own.`;
  return new ControlError('inUse', message, { cause });
}
