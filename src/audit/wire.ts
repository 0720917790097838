/**
 * One connection to the server that is audited: octets out, replies in. The server is not trusted: a line or a reply without end, more
 * replies than were asked for, or silence ends the connection, and no more than {@link MOST_WAITING} replies are kept.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ReplyReader, type ReceivedReply } from '../smtp/mod.ts';
import { errorText } from '../std/mod.ts';
import { whyBroken, whyUnreachable } from './reason.ts';

/** Why there is no reply, and no connection any more. */
export interface Loss {
  readonly cause: 'closed' | 'timeout' | 'protocol' | 'interrupted' | 'over';
  /** In words that complete "cannot tell: ...". */
  readonly text: string;
}

export function isLoss(value: object): value is Loss {
  return 'cause' in value;
}

const MOST_WAITING = 16;

export interface Destination {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** Sent as the server name of TLS when it is a name. */
  readonly name: string;
  /** The address of ours to connect from. */
  readonly from: string | undefined;
  /** TLS from the first octet. */
  readonly implicitTls: boolean;
}

export interface WireLimits {
  /** Milliseconds for the connection and for a TLS handshake. */
  readonly connectMs: number;
  /** Milliseconds for one whole reply. */
  readonly replyMs: number;
  readonly signal: AbortSignal;
}

const INTERRUPTED: Loss = { cause: 'interrupted', text: 'the audit was interrupted' };

export class Wire {
  #socket: Socket;
  #reader = new ReplyReader();
  #waiting: ReceivedReply[] = [];
  #lost: Loss | undefined;
  #wake: (() => void) | undefined;
  readonly #limits: WireLimits;
  readonly #name: string;
  readonly #interrupt = (): void => this.#lose(INTERRUPTED);

  private constructor(socket: Socket, name: string, limits: WireLimits) {
    this.#socket = socket;
    this.#name = name;
    this.#limits = limits;
    limits.signal.addEventListener('abort', this.#interrupt, { once: true });
    this.#attach();
  }

  /** `first` is written as soon as the connection stands, before anything is read. */
  static async open(to: Destination, limits: WireLimits, first?: Buffer): Promise<Wire | Loss> {
    if (limits.signal.aborted) return INTERRUPTED;
    const socket = await connected(to, limits);
    if (isLoss(socket)) return socket;
    const wire = new Wire(socket, to.name, limits);
    if (first !== undefined) wire.send(first);
    if (!to.implicitTls) return wire;
    const loss = await wire.secure();
    return loss ?? wire;
  }

  /** Our address as this machine sees it. */
  get localAddress(): string {
    return this.#socket.localAddress ?? '';
  }

  /** How long a reply is waited for. */
  get replyMs(): number {
    return this.#limits.replyMs;
  }

  /** Why it ended; undefined while it stands. */
  get lost(): Loss | undefined {
    return this.#lost;
  }

  /** Replies that were not asked for yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  send(octets: Buffer): void {
    if (this.#lost === undefined) this.#socket.write(octets);
  }

  /** The next reply; once lost, always the loss. */
  async read(): Promise<ReceivedReply | Loss> {
    const { replyMs: ms } = this.#limits;
    const reply = await this.#next(ms);
    if (reply !== 'nothing') return reply;
    this.#lose({ cause: 'timeout', text: `no reply within ${ms / 1000} s` });
    return this.#lost ?? INTERRUPTED;
  }

  /** The next reply if it comes within `ms`; `nothing` leaves the connection as it is. */
  async readWithin(ms: number): Promise<ReceivedReply | Loss | 'nothing'> {
    return this.#next(ms);
  }

  /** The handshake on this connection. The certificate is not verified: what is audited is who may relay. Clear text not read yet is forgotten (RFC 3207 4.2). */
  async secure(): Promise<Loss | undefined> {
    if (this.#lost !== undefined) return this.#lost;
    const plain = this.#socket;
    plain
      .removeAllListeners('data')
      .removeAllListeners('end')
      .removeAllListeners('close')
      .removeAllListeners('error');
    plain.on('error', () => undefined);
    let secure: TLSSocket;
    try {
      secure = connectTls({
        socket: plain,
        rejectUnauthorized: false,
        // Old servers are audited, too.
        minVersion: 'TLSv1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
        ...(isIP(this.#name) === 0 ? { servername: this.#name } : {}),
      });
    } catch (error) {
      this.#lose({ cause: 'protocol', text: `TLS failed: ${errorText(error)}` });
      return this.#lost;
    }
    this.#socket = secure;
    this.#reader = new ReplyReader();
    this.#waiting = [];
    this.#attach();
    secure.once('close', () => plain.destroy());
    return this.#handshaken(secure);
  }

  close(): void {
    this.#lose({ cause: 'closed', text: 'the connection was closed' });
  }

  #handshaken(secure: TLSSocket): Promise<Loss | undefined> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        secure.off('secureConnect', done);
        this.#wake = undefined;
        resolve(this.#lost);
      };
      const timer = setTimeout(() => {
        this.#lose({ cause: 'timeout', text: `no TLS handshake within ${this.#limits.connectMs / 1000} s` });
      }, this.#limits.connectMs);
      this.#wake = () => {
        if (this.#lost !== undefined) done();
      };
      secure.once('secureConnect', done);
      // It may have been lost before anybody listened.
      this.#wake();
    });
  }

  async #next(ms: number): Promise<ReceivedReply | Loss | 'nothing'> {
    const at = performance.now() + ms;
    for (;;) {
      const reply = this.#waiting.shift();
      if (reply !== undefined) return reply;
      if (this.#lost !== undefined) return this.#lost;
      const left = at - performance.now();
      if (left <= 0) return 'nothing';
      await this.#news(left);
    }
  }

  /** Something came, or the time is over. */
  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, Math.ceil(ms));
      this.#wake = done;
    });
  }

  #attach(): void {
    this.#socket
      .on('data', (chunk: Buffer) => this.#hear(chunk))
      .on('end', () => this.#lose({ cause: 'closed', text: 'the server closed the connection' }))
      .on('close', () => this.#lose({ cause: 'closed', text: 'the server closed the connection' }))
      .on('error', (error) => this.#lose({ cause: 'closed', text: whyBroken(error) }));
  }

  #hear(chunk: Buffer): void {
    if (this.#lost !== undefined) return;
    this.#reader.push(chunk);
    for (;;) {
      const reply = this.#reader.next();
      if (reply === undefined) break;
      if (reply === 'malformed') {
        this.#lose({ cause: 'protocol', text: 'the server answered with something that is no reply' });
        break;
      }
      this.#waiting.push(reply);
      if (this.#waiting.length > MOST_WAITING) {
        this.#lose({ cause: 'protocol', text: 'the server does not stop answering' });
        break;
      }
    }
    this.#wake?.();
  }

  #lose(loss: Loss): void {
    if (this.#lost !== undefined) return;
    this.#lost = loss;
    this.#limits.signal.removeEventListener('abort', this.#interrupt);
    this.#socket.destroy();
    this.#wake?.();
  }
}

function connected(to: Destination, { connectMs, signal }: WireLimits): Promise<Socket | Loss> {
  return new Promise((resolve) => {
    const socket = connect({
      host: to.address,
      port: to.port,
      noDelay: true,
      ...(to.from === undefined ? {} : { localAddress: to.from }),
    });
    const settle = (result: Socket | Loss): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners();
      // A socket that was given up may still report something.
      socket.on('error', () => undefined);
      if (result !== socket) socket.destroy();
      resolve(result);
    };
    const abort = (): void => settle(INTERRUPTED);
    const timer = setTimeout(
      () => settle({ cause: 'timeout', text: `no connection within ${connectMs / 1000} s` }),
      connectMs,
    );
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => settle(socket));
    socket.once('error', (error) => settle({ cause: 'closed', text: whyUnreachable(error, to) }));
  });
}
