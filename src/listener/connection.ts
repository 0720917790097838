/**
 * One accepted socket: carries octets between it and the session, takes it into TLS, and sees that it ends.
 */
import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import {
  Session,
  type Peer,
  type SessionEnd,
  type SessionServices,
  type ListenerSettings,
  type TlsFacts,
  type Transport,
} from '../session/mod.ts';

/** How long a TLS handshake may take, and how long a client may take to read the last reply. Milliseconds. */
const HANDSHAKE_TIMEOUT = 60_000;
const CLOSING_TIMEOUT = 10_000;

export interface ConnectionOptions {
  readonly peer: Peer;
  readonly implicitTls: boolean;
  readonly settings: () => ListenerSettings;
  /** The certificate in force now. */
  readonly secureContext: () => SecureContext | undefined;
  readonly services: SessionServices;
  /** Called once, when the socket is gone. */
  readonly onClose: (connection: Connection) => void;
}

export class Connection implements Transport {
  readonly #options: ConnectionOptions;
  #socket: Socket;
  #session: Session | undefined;
  /** When the socket is destroyed whatever happens: set during a handshake and while closing. */
  #deadline: number | undefined;
  #end: SessionEnd = 'disconnected';

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#attach(socket);
    if (options.implicitTls) this.#wrap();
    else this.#begin(undefined);
  }

  get pending(): number {
    return this.#socket.writableLength;
  }

  write(octets: string): void {
    this.#socket.write(octets, 'latin1');
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  startTls(): void {
    const plain = this.#socket;
    plain.pause();
    plain.removeAllListeners('data');
    // Wrapped only when the reply is out: what arrives meanwhile waits in the socket and belongs to the handshake.
    plain.write('', () => {
      if (!plain.destroyed) this.#wrap();
    });
  }

  end(): void {
    this.#deadline ??= this.#options.services.clock.now() + CLOSING_TIMEOUT;
    this.#socket.end();
    this.#socket.resume(); // what the client still sends is read and dropped, so that it gets our last reply and no reset
  }

  /** See `Session.drain()`. A handshake has nothing to lose. */
  drain(): void {
    if (this.#session === undefined) this.#socket.destroy();
    else this.#session.drain();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Called now and then. */
  expire(now: number): void {
    if (this.#deadline === undefined) this.#session?.expire(now);
    else if (now > this.#deadline) {
      this.#end = 'timeout';
      this.#socket.destroy();
    }
  }

  #begin(tls: TlsFacts | undefined): void {
    const { peer, settings, services } = this.#options;
    const session = new Session(peer, this, settings, services, tls);
    this.#session = session;
    this.#listen(session);
    session.open();
  }

  #listen(session: Session): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => session.receive(chunk));
    socket.on('end', () => session.inputEnd());
    socket.on('drain', () => session.drained());
  }

  #attach(socket: Socket): void {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#end = error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'tls';
      socket.destroy();
    });
    socket.on('close', () => this.#closed(socket));
  }

  #closed(socket: Socket): void {
    if (socket !== this.#socket) return; // the plain socket under a TLS one
    this.#session?.closed(this.#end);
    this.#options.onClose(this);
  }

  #wrap(): void {
    const secureContext = this.#options.secureContext();
    const plain = this.#socket;
    if (secureContext === undefined) {
      plain.destroy();
      return;
    }
    this.#deadline = this.#options.services.clock.now() + HANDSHAKE_TIMEOUT;
    plain.removeAllListeners('end');
    plain.removeAllListeners('drain');
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    this.#socket = secure;
    this.#attach(secure);
    // Without it, a client that went in the midst of a handshake would keep its place until the deadline.
    const gone = (): void => void secure.destroy();
    secure.once('end', gone).resume();
    secure.once('secure', () => {
      secure.off('end', gone);
      this.#secured(secure);
    });
  }

  #secured(secure: TLSSocket): void {
    this.#deadline = undefined;
    const tls = { protocol: secure.getProtocol() ?? 'unknown', cipher: secure.getCipher().standardName };
    if (this.#session === undefined) this.#begin(tls);
    else {
      this.#listen(this.#session);
      this.#session.secured(tls);
    }
  }
}
