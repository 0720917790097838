/**
 * A listener: bound addresses with one purpose. Accepts sockets, holds them to the admission limits, gives each a session.
 *
 * Every worker binds the same addresses with SO_REUSEPORT; the kernel spreads the connections.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { ListenerSettings, Peer, SessionEvents, SessionServices } from '../session/mod.ts';
import { REPLIES } from '../session/mod.ts';
import { formatReply } from '../smtp/mod.ts';
import { formatHost, inRange, parseIp, type Emit, type Host, type IpRange } from '../std/mod.ts';
import type { Admission, Refusal } from './admission.ts';
import { Connection } from './connection.ts';
import type { ListenerEvents } from './events.ts';
import { HeaderWaits, type HeaderOutcome } from './headerWait.ts';
import { shrunk, type Stress, type StressLevel } from './stress.ts';

export interface ListenerOptions {
  readonly bind: readonly Host[];
  readonly implicitTls: boolean;
  /** Replaced by a reload; read afresh at every use. */
  readonly settings: () => ListenerSettings;
  /** Whose connections begin with a PROXY header; of nobody else one is taken. Read afresh for every connection. */
  readonly proxies: () => readonly IpRange[];
  readonly secureContext: () => SecureContext | undefined;
  readonly services: SessionServices;
  readonly admission: Admission;
  readonly stress: Stress;
  /** Names the next session. */
  readonly nextSession: () => string;
  readonly reusePort: boolean;
  readonly emit: Emit<ListenerEvents & SessionEvents>;
}

/** The two ends of a connection. */
type Ends = Omit<Peer, 'id'>;

export class Listener implements AsyncDisposable {
  readonly #options: ListenerOptions;
  readonly #connections = new Set<Connection>();
  readonly #headers = new HeaderWaits();
  #servers: Server[] = [];
  /** Called when the last connection is gone. */
  #idle: (() => void)[] = [];
  #shrunk: {
    readonly of: ListenerSettings;
    readonly level: StressLevel;
    readonly settings: ListenerSettings;
  };

  private constructor(options: ListenerOptions) {
    this.#options = options;
    const settings = options.settings();
    this.#shrunk = { of: settings, level: 0, settings };
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
    this.#headers.expire(now, this.#options.stress.patience.header);
    for (const connection of this.#connections) connection.expire(now);
  }

  /** No new connections; each open one gets the reply it waits for, then 421. Resolves when all are gone. */
  async drain(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#servers = [];
    this.#headers.clear();
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
    const ends = endsOf(socket);
    if (ends === undefined) {
      socket.destroy(); // gone before it was accepted
      return;
    }
    const { proxies, services } = this.#options;
    if (!proxies().some((range) => inRange(ends.client, range))) return this.#admit(socket, ends);
    this.#headers.add(socket, ends.client, services.clock.now(), (outcome) =>
      this.#announced(socket, ends, outcome),
    );
  }

  /** A proxy has said for whom it speaks, or has not. */
  #announced(socket: Socket, ends: Ends, outcome: HeaderOutcome): void {
    if (!('reason' in outcome)) {
      if (outcome.kind === 'own') return this.#admit(socket, ends);
      const { client, clientPort, local: localAddress, localPort } = outcome;
      return this.#admit(socket, { client, clientPort, localAddress, localPort }, ends.client.text);
    }
    if (outcome.reason === 'gone') return;
    const { settings, emit } = this.#options;
    const error = outcome.reason === 'malformed' ? outcome.why : null;
    const { name: listener } = settings();
    emit('proxy.refused', { listener, client: ends.client.text, reason: outcome.reason, error });
  }

  /** `proxy`: who said that it is this client. */
  #admit(socket: Socket, ends: Ends, proxy?: string): void {
    const { services, admission, nextSession, implicitTls, secureContext, stress, emit } = this.#options;
    const refusal = admission.enter(ends.client, services.clock.now());
    if (refusal !== undefined) return this.#refuse(socket, ends, refusal);
    const peer = { id: nextSession(), ...ends };
    if (proxy !== undefined) {
      const { name: listener } = this.#options.settings();
      const { id: session, client, localAddress } = peer;
      const local = localAddress.text;
      emit('proxy.announced', { listener, session, client: client.text, local, proxy });
    }
    const onClose = (connection: Connection): void => {
      admission.leave(ends.client);
      this.#connections.delete(connection);
      if (this.#connections.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    };
    const connection = new Connection(socket, {
      peer,
      implicitTls,
      settings: () => this.#settings(),
      patience: () => stress.patience,
      secureContext,
      services,
      emit,
      onClose,
    });
    this.#connections.add(connection);
  }

  #refuse(socket: Socket, { client }: Ends, reason: Refusal): void {
    const { settings, admission, implicitTls, emit } = this.#options;
    const { name: listener } = settings();
    emit('connection.refused', { listener, client: client.text, open: admission.total, reason });
    socket.on('error', () => socket.destroy());
    socket.end(implicitTls ? '' : formatReply(REPLIES.tooManyConnections));
    socket.destroySoon();
  }

  /** As the stress of this moment has it; asked by every session for every command, so made once for each change. */
  #settings(): ListenerSettings {
    const of = this.#options.settings();
    const { level } = this.#options.stress;
    if (this.#shrunk.of !== of || this.#shrunk.level !== level)
      this.#shrunk = { of, level, settings: shrunk(of, level) };
    return this.#shrunk.settings;
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): Ends | undefined {
  const client = parseIp(remoteAddress ?? '');
  const local = parseIp(localAddress ?? '');
  if (client === undefined || local === undefined) return undefined;
  return { client, clientPort: remotePort ?? 0, localAddress: local, localPort: localPort ?? 0 };
}
