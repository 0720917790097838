/**
 * A mail server for tests, on a real socket: it speaks SMTP or LMTP properly, and does whatever a script makes it do. Use it as
 * the next hop of anything.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createConversation } from './conversation.ts';
import type { PeerMessage, PeerOptions, PeerSession } from './script.ts';

export interface Peer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly sessions: readonly PeerSession[];
  /** Of all sessions, in the order of their ends of data. */
  readonly messages: readonly PeerMessage[];
  /** Resolves when it holds; it is looked at whenever something happened. */
  until(condition: () => boolean): Promise<void>;
}

export async function startPeer(options: PeerOptions = {}): Promise<Peer> {
  const conversations: PeerSession[] = [];
  const messages: PeerMessage[] = [];
  const watchers = new Set<() => void>();
  const sockets = new Set<Socket>();
  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    const conversation = createConversation(socket, conversations.length + 1, {
      ...options,
      changed,
      received: (message) => messages.push(message),
    });
    conversations.push(conversation);
    changed();
  });
  await listen(server, options);
  const address = server.address();

  return {
    host: options.host ?? '127.0.0.1',
    port: isInet(address) ? address.port : 0,
    sessions: conversations,
    messages,
    until(condition) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function isInet(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address !== 'string';
}

async function listen(server: Server, { path, host, port }: PeerOptions): Promise<void> {
  const at = path === undefined ? { host: host ?? '127.0.0.1', port: port ?? 0 } : { path };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
}
