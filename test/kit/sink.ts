/**
 * A next hop for tests: takes every message, keeps envelope and octets as they came on the wire. Ends data only at
 * CRLF.CRLF. Shares no code with the program.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { until } from './until.ts';

export interface SinkMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** As on the wire: still dot-stuffed, without the final dot. */
  readonly octets: string;
  /** Everything the client sent on this connection before this message. */
  readonly helo: string;
}

export interface SinkOptions {
  readonly host?: string;
  /** The reply to a command line; undefined is the usual one. */
  readonly answer?: (line: string) => string | undefined;
  /** The reply after the dot; undefined is 250. */
  readonly answerContent?: (message: SinkMessage) => string | undefined;
}

export class Sink implements AsyncDisposable {
  readonly messages: SinkMessage[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  connections = 0;

  private constructor(options: SinkOptions) {
    this.#server = createServer((socket) => this.#serve(socket, options));
  }

  static async open(options: SinkOptions = {}): Promise<Sink> {
    const sink = new Sink(options);
    await new Promise<void>((resolve, reject) => {
      sink.#server.once('error', reject);
      sink.#server.listen(0, options.host ?? '127.0.0.1', resolve);
    });
    return sink;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the sink is closed');
    return address.port;
  }

  /** Waits until `count` messages are here. */
  async received(count: number): Promise<readonly SinkMessage[]> {
    await until(() => this.messages.length >= count, `${count} messages at the sink`);
    return this.messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #serve(socket: Socket, options: SinkOptions): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1');
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    let buffer = '';
    let envelope: { helo: string; from: string; to: string[] } = { helo: '', from: '', to: [] };
    let inContent = false;
    const command = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase();
      const special = options.answer?.(line);
      const refused = special !== undefined && special.startsWith('5');
      if (verb === 'EHLO' || verb === 'HELO') envelope = { helo: line, from: '', to: [] };
      else if (verb === 'MAIL' && !refused) envelope = { ...envelope, from: argument(line), to: [] };
      else if (verb === 'RCPT' && !refused && !(special ?? '').startsWith('4'))
        envelope.to.push(argument(line));
      else if (verb === 'DATA' && special === undefined) inContent = envelope.to.length > 0;
      if (special !== undefined) say(special);
      else if (verb === 'DATA' && !inContent) say('554 no valid recipients');
      else if (verb === 'EHLO') say('250-sink\r\n250-PIPELINING\r\n250 8BITMIME');
      else if (verb === 'DATA') say('354 go');
      else if (verb === 'QUIT') socket.end('221 bye\r\n');
      else say('250 ok');
    };
    const content = (octets: string): void => {
      const message = { ...envelope, to: [...envelope.to], octets };
      const special = options.answerContent?.(message);
      if (special === undefined || special.startsWith('2')) this.messages.push(message);
      envelope = { ...envelope, from: '', to: [] };
      say(special ?? '250 ok');
    };
    socket.on('data', (text: string) => {
      buffer += text;
      for (;;) {
        const end = inContent ? endOfContent(buffer) : buffer.indexOf('\r\n');
        if (end === -1) return;
        const taken = buffer.slice(0, end);
        if (inContent) {
          inContent = false;
          buffer = buffer.slice(end).replace(/^(?:\r\n)?\.\r\n/, '');
          content(taken);
        } else {
          buffer = buffer.slice(end + 2);
          command(taken);
        }
      }
    });
    say('220 sink ESMTP');
  }
}

function endOfContent(buffer: string): number {
  return buffer.startsWith('.\r\n') ? 0 : buffer.indexOf('\r\n.\r\n');
}

function argument(line: string): string {
  return /<(.*)>/.exec(line)?.[1] ?? '';
}
