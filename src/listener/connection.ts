/**
 * One accepted socket: carries octets between it and the session, takes it into TLS, and sees that it ends.
 */
import { Buffer } from 'node:buffer';
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
import { errorText, type Emit } from '../std/mod.ts';
import type { ListenerEvents } from './events.ts';
import { giveBack } from './headerWait.ts';
import { beginsHeader } from './proxyHeader.ts';
import type { Patience } from './stress.ts';

export interface ConnectionOptions {
  readonly peer: Peer;
  readonly implicitTls: boolean;
  readonly settings: () => ListenerSettings;
  /** How long is waited now. */
  readonly patience: () => Patience;
  /** The certificate in force now. */
  readonly secureContext: () => SecureContext | undefined;
  readonly services: SessionServices;
  readonly emit: Emit<ListenerEvents>;
  /** Called once, when the socket is gone. */
  readonly onClose: (connection: Connection) => void;
}

/** So many octets tell whether a connection begins with a PROXY header. */
const TELLING = 12;

export class Connection implements Transport {
  readonly #options: ConnectionOptions;
  #socket: Socket;
  #session: Session | undefined;
  /** What the socket is destroyed for when it takes too long, whatever happens, and since when it does. */
  #wait: { readonly for: 'handshake' | 'closing'; readonly since: number } | undefined;
  /** The first octets, until they tell that they are no PROXY header. */
  #beginning: Buffer | undefined = Buffer.alloc(0);
  #end: SessionEnd = 'disconnected';

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#attach(socket);
    if (options.implicitTls) this.#awaitHello();
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
    this.#startWait('handshake');
    // Wrapped only when the reply is out: what arrives meanwhile waits in the socket and belongs to the handshake.
    plain.write('', () => {
      if (!plain.destroyed) this.#wrap();
    });
  }

  end(): void {
    this.#startWait('closing');
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
    const wait = this.#wait;
    if (wait === undefined) {
      this.#session?.expire(now);
      return;
    }
    if (now <= wait.since + this.#options.patience()[wait.for]) return;
    if (wait.for === 'handshake') this.#tellFailed('it took too long');
    this.#end = 'timeout';
    this.#socket.destroy();
  }

  #startWait(what: 'handshake' | 'closing'): void {
    this.#wait ??= { for: what, since: this.#options.services.clock.now() };
  }

  #begin(tls: TlsFacts | undefined): void {
    const { peer, settings, services } = this.#options;
    const session = new Session(peer, this, settings, services, tls);
    this.#session = session;
    this.#listen(session);
    this.#socket.resume(); // paused where a header was read
    session.open();
  }

  #listen(session: Session): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.#isHeader(chunk)) this.#refuseHeader();
      else session.receive(chunk);
    });
    socket.on('end', () => session.inputEnd());
    socket.on('drain', () => session.drained());
  }

  /** Whoever is no proxy has no say in who he is; nor has a client behind one. */
  #isHeader(chunk: Buffer): boolean {
    if (this.#beginning === undefined) return false;
    this.#beginning = Buffer.concat([this.#beginning, chunk.subarray(0, TELLING)]).subarray(0, TELLING);
    const verdict = beginsHeader(this.#beginning);
    if (verdict === false) this.#beginning = undefined;
    return verdict === true;
  }

  #refuseHeader(): void {
    const { peer, settings, emit } = this.#options;
    const { name: listener } = settings();
    emit('proxy.refused', { listener, client: peer.client.text, reason: 'stranger', error: null });
    this.#end = 'errors';
    this.#socket.destroy();
  }

  #attach(socket: Socket): void {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#end = error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'tls';
      if (this.#wait?.for === 'handshake') this.#tellFailed(errorText(error));
      socket.destroy();
    });
    socket.on('close', () => this.#closed(socket));
  }

  #closed(socket: Socket): void {
    if (socket !== this.#socket) return; // the plain socket under a TLS one
    this.#session?.closed(this.#end);
    this.#options.onClose(this);
  }

  /** Where TLS is implicit: looks at what comes first, and hands it on to TLS. */
  #awaitHello(): void {
    const plain = this.#socket;
    this.#startWait('handshake');
    const gone = (): void => void plain.destroy();
    plain.once('end', gone);
    plain.once('data', (chunk: Buffer) => {
      plain.off('end', gone);
      giveBack(plain, chunk);
      if (this.#isHeader(chunk)) this.#refuseHeader();
      else this.#wrap();
    });
    plain.resume();
  }

  #wrap(): void {
    const secureContext = this.#options.secureContext();
    const plain = this.#socket;
    if (secureContext === undefined) {
      plain.destroy();
      return;
    }
    this.#startWait('handshake');
    this.#beginning = undefined;
    plain.removeAllListeners('end');
    plain.removeAllListeners('drain');
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    this.#socket = secure;
    this.#attach(secure);
    // Without it, a client that went in the midst of a handshake would keep its place until the deadline.
    const gone = (): void => {
      this.#tellFailed('the client has gone');
      secure.destroy();
    };
    secure.once('end', gone).resume();
    secure.once('secure', () => {
      secure.off('end', gone);
      this.#secured(secure);
    });
  }

  /** Once for each handshake. */
  #tellFailed(error: string): void {
    const { peer, settings, emit } = this.#options;
    this.#wait = undefined;
    emit('tls.failed', { listener: settings().name, session: peer.id, client: peer.client.text, error });
  }

  #secured(secure: TLSSocket): void {
    this.#wait = undefined;
    const tls = { protocol: secure.getProtocol() ?? 'unknown', cipher: secure.getCipher().standardName };
    if (this.#session === undefined) this.#begin(tls);
    else {
      this.#listen(this.#session);
      this.#session.secured(tls);
    }
  }
}
