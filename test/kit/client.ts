/**
 * A raw SMTP client for tests: sends exact octets, reads one reply at a time, and shares no code with the program, so
 * that an error in a parser of ours cannot hide itself.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

export interface ClientOptions {
  readonly host?: string;
  readonly port: number;
  /** Any 127.x address can be bound, so every test client can be somebody else. */
  readonly localAddress?: string;
  readonly implicitTls?: boolean;
  /** Milliseconds to wait for a reply. */
  readonly patience?: number;
}

export interface ServerReply {
  /** `closed` when the server ended the connection, `timeout` when nothing came. */
  readonly code: number | 'closed' | 'timeout';
  readonly lines: readonly string[];
  readonly text: string;
}

export class Client {
  #socket: Socket | TLSSocket;
  readonly #patience: number;
  #buffer = '';
  #closed = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, patience: number) {
    this.#socket = socket;
    this.#patience = patience;
    this.#listen();
  }

  static async connect(options: ClientOptions): Promise<Client> {
    const { host = '127.0.0.1', port, localAddress, implicitTls = false, patience = 10_000 } = options;
    const target = { host, port, ...(localAddress === undefined ? {} : { localAddress }) };
    const socket = implicitTls ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    await new Promise<void>((resolve, reject) => {
      socket.once(implicitTls ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    return new Client(socket, patience);
  }

  /** Connects, and reads the greeting, which must be a 220. */
  static async greeted(options: ClientOptions): Promise<Client> {
    const client = await Client.connect(options);
    const reply = await client.reply();
    if (reply.code !== 220) throw new Error(`greeting: ${reply.text}`);
    return client;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** Sends octets as they are; a string is taken as Latin-1. */
  raw(octets: string | Buffer): void {
    if (typeof octets === 'string') this.#socket.write(octets, 'latin1');
    else this.#socket.write(octets);
  }

  /** Sends a line and reads one reply. */
  async command(line: string): Promise<ServerReply> {
    this.raw(`${line}\r\n`);
    return this.reply();
  }

  /** Sends a line and wants the code, of which the first digits may be given. */
  async expect(line: string, code: string | number): Promise<ServerReply> {
    const reply = await this.command(line);
    if (!String(reply.code).startsWith(String(code)))
      throw new Error(`${line}: expected ${code}, got ${reply.text}`);
    return reply;
  }

  async ehlo(name = 'probe.test'): Promise<readonly string[]> {
    return (await this.expect(`EHLO ${name}`, 250)).lines;
  }

  /** STARTTLS and the handshake. */
  async startTls(): Promise<void> {
    await this.expect('STARTTLS', 220);
    await this.handshake();
  }

  /** The client's side of a TLS handshake on this connection. */
  async handshake(): Promise<void> {
    this.#socket.removeAllListeners();
    const secure = connectTls({ socket: this.#socket, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('error', reject);
      secure.once('close', () => reject(new Error('closed during the handshake')));
    });
    secure.removeAllListeners();
    this.#socket = secure;
    this.#listen();
  }

  async login(user: string, password: string): Promise<ServerReply> {
    return this.command(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`);
  }

  /** One message from MAIL to the reply after the dot; throws at the first refusal. */
  async send(sender: string, recipients: readonly string[], message: string): Promise<ServerReply> {
    await this.expect(`MAIL FROM:<${sender}>`, 250);
    for (const recipient of recipients) await this.expect(`RCPT TO:<${recipient}>`, 250);
    await this.expect('DATA', 354);
    this.raw(`${message.replaceAll(/^\./gm, '..')}\r\n.\r\n`);
    return this.reply();
  }

  /** The next reply, `timeout` after the patience (or `patience` here), `closed` when the connection ended. */
  async reply(patience = this.#patience): Promise<ServerReply> {
    const deadline = Date.now() + patience;
    for (;;) {
      const reply = this.#take();
      if (reply !== undefined) return reply;
      if (this.#closed) return { code: 'closed', lines: [], text: 'closed' };
      const left = deadline - Date.now();
      if (left <= 0) return { code: 'timeout', lines: [], text: 'timeout' };
      await this.#more(left);
    }
  }

  /** Octets received and not read as a reply yet. */
  get unread(): string {
    return this.#buffer;
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #listen(): void {
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      this.#buffer += text;
      this.#wake?.();
    });
    const closed = (): void => {
      this.#closed = true;
      this.#wake?.();
    };
    this.#socket.on('end', closed);
    this.#socket.on('close', closed);
    this.#socket.on('error', closed);
  }

  #take(): ServerReply | undefined {
    const end = /^(?:\d{3}-[^\n]*\n)*\d{3}(?:[ ][^\n]*)?\r?\n/.exec(this.#buffer);
    if (end === null) return undefined;
    this.#buffer = this.#buffer.slice(end[0].length);
    const rows = end[0].trimEnd().split(/\r?\n/);
    const lines = rows.map((row) => row.slice(4));
    return { code: Number(end[0].slice(0, 3)), lines, text: rows.join('\n') };
  }

  async #more(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
