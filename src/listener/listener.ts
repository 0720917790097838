/**
 * A listener: bound addresses with one purpose. Accepts sockets, holds them to the admission limits, gives each a session.
 *
 * Every worker binds the same addresses with SO_REUSEPORT; the kernel spreads the connections.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { ListenerSettings, SessionEvents, SessionServices } from '../session/mod.ts';
import { REPLIES } from '../session/mod.ts';
import { formatReply } from '../smtp/mod.ts';
import { formatHost, parseIp, type Emit, type Host } from '../std/mod.ts';
import type { Admission } from './admission.ts';
import { Connection } from './connection.ts';
import type { ListenerEvents } from './events.ts';

export interface ListenerOptions {
  readonly bind: readonly Host[];
  readonly implicitTls: boolean;
  /** Replaced by a reload; read afresh at every use. */
  readonly settings: () => ListenerSettings;
  readonly secureContext: () => SecureContext | undefined;
  readonly services: SessionServices;
  readonly admission: Admission;
  /** Names the next session. */
  readonly nextSession: () => string;
  readonly reusePort: boolean;
  readonly emit: Emit<ListenerEvents & SessionEvents>;
}

export class Listener implements AsyncDisposable {
  readonly #options: ListenerOptions;
  readonly #connections = new Set<Connection>();
  #servers: Server[] = [];
  /** Called when the last connection is gone. */
  #idle: (() => void)[] = [];

  private constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Binds every address; throws the system's error, with `address` and `port`, when one cannot be bound. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    try {
      for (const address of options.bind) listener.#servers.push(await listener.#bind(address));
    } catch (error) {
      await listener[Symbol.asyncDispose]();
      throw error;
    }
    return listener;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Ends what is overdue; called about once a second. */
  expire(now: number): void {
    for (const connection of this.#connections) connection.expire(now);
  }

  /** No new connections; each open one gets the reply it waits for, then 421. Resolves when all are gone. */
  async drain(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#servers = [];
    for (const connection of this.#connections) connection.drain();
    if (this.#connections.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#servers = [];
    for (const connection of this.#connections) connection.destroy();
    await this.drain();
  }

  async #bind(address: Host): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      const { reusePort } = this.#options;
      const ipv6Only = address.host.includes(':'); // `[::]:25` and `0.0.0.0:25` are bound side by side
      server.listen({ host: address.host, port: address.port, reusePort, ipv6Only, backlog: 1024 }, resolve);
    });
    server.removeAllListeners('error');
    this.#options.emit('listener.opened', {
      listener: this.#options.settings().name,
      address: formatHost(address),
    });
    return server;
  }

  #accept(socket: Socket): void {
    const { settings, services, admission, nextSession, implicitTls, secureContext, emit } = this.#options;
    const client = parseIp(socket.remoteAddress ?? '');
    const localAddress = parseIp(socket.localAddress ?? '');
    if (client === undefined || localAddress === undefined) {
      socket.destroy(); // gone before it was accepted
      return;
    }
    if (!admission.enter(client)) {
      emit('connection.refused', { listener: settings().name, client: client.text, open: admission.total });
      socket.on('error', () => socket.destroy());
      socket.end(implicitTls ? '' : formatReply(REPLIES.tooManyConnections));
      socket.destroySoon();
      return;
    }
    const peer = {
      id: nextSession(),
      client,
      clientPort: socket.remotePort ?? 0,
      localAddress,
      localPort: socket.localPort ?? 0,
    };
    const onClose = (connection: Connection): void => {
      admission.leave(client);
      this.#connections.delete(connection);
      if (this.#connections.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    };
    this.#connections.add(
      new Connection(socket, { peer, implicitTls, settings, secureContext, services, onClose }),
    );
  }
}
