/** The control API on its UNIX socket: only who may write to the socket file can use it. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Emit } from '../std/mod.ts';
import { errorText } from '../std/mod.ts';
import type { ControlEvents } from './events.ts';
import { controlRoutes } from './routes.ts';
import { ControlError, claimSocket } from './socket.ts';
import type { ControlBackend } from './types.ts';

export interface ControlOptions {
  /** Of the socket, usually `<data>/control.sock`; its folder exists. */
  readonly path: string;
  readonly backend: ControlBackend;
  readonly emit: Emit<ControlEvents>;
}

const PATIENCE_MS = 2000;

/** Disposing ends it: requests under way are answered, the socket file and the claim on the data folder are given back. */
export type ControlServer = AsyncDisposable;

/** Listens at `path`, readable and writable for this user only (0600). Throws ControlError when that cannot be. */
export async function serveControl({ path, backend, emit }: ControlOptions): Promise<ControlServer> {
  const claim = await claimSocket(path);
  if (claim.replacedStale) emit('control.replacedStaleSocket', { path });
  // The global Request and Response stay as Node made them.
  const options = { overrideGlobalObjects: false };
  const answer = getRequestListener(controlRoutes(backend, emit).fetch, options);
  const server = createServer((request, response) => void answer(request, response));
  try {
    await listen(server, path);
  } catch (cause) {
    claim.release();
    const reason = errorText(cause);
    throw new ControlError('notWritable', `cannot open the control socket ${path}: ${reason}`, { cause });
  }
  emit('control.listening', { path });
  return {
    [Symbol.asyncDispose]: async () => {
      await close(server);
      claim.release();
    },
  };
}

/** Waits for the answers under way, but not for a client that asks nothing or reads nothing. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket is made within listen(), with the permissions of that moment; so nobody else can open it at any time.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}
