/** Clients that send without pause, survive every interruption, and remember exactly what was answered with 250. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../kit/client.ts';

export interface Acknowledged {
  readonly token: string;
  readonly recipient: string;
  /** SHA-256 of everything after the line that holds the token. */
  readonly digest: string;
}

export interface LoadOptions {
  readonly port: number;
  readonly clients: number;
  readonly recipients: readonly string[];
  /** Octets of content. */
  readonly sizes: readonly number[];
}

export class Load implements AsyncDisposable {
  readonly acknowledged: Acknowledged[] = [];
  /** Messages that were sent and got no answer; they may or may not arrive. */
  unanswered = 0;
  #running = true;
  readonly #clients: readonly Promise<void>[];

  constructor(options: LoadOptions) {
    this.#clients = Array.from({ length: options.clients }, (_, index) => this.#client(options, index));
  }

  /** Ends the load; resolves when every client has heard of its last message. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #client(options: LoadOptions, index: number): Promise<void> {
    const localAddress = `127.0.1.${index + 1}`;
    while (this.#running) {
      try {
        using client = await Client.greeted({ port: options.port, localAddress, patience: 20_000 });
        await client.ehlo();
        for (let sent = 0; sent < 20 && this.#running; sent += 1) await this.#send(client, options);
      } catch {
        await pause(20); // the server is away; that is what this is about
      }
    }
  }

  async #send(client: Client, { recipients, sizes }: LoadOptions): Promise<void> {
    const token = randomBytes(12).toString('hex');
    const recipient = recipients[randomInt(recipients.length)] ?? '';
    const size = sizes[randomInt(sizes.length)] ?? 0;
    const content = body(size);
    let answered = false;
    try {
      const reply = await client.send('load@inbound.test', [recipient], `X-Token: ${token}\r\n${content}`);
      answered = true;
      if (reply.code === 250) this.acknowledged.push({ token, recipient, digest: digest(`${content}\r\n`) });
      if (reply.code === 'closed') throw new Error('closed');
    } finally {
      if (!answered) this.unanswered += 1;
    }
  }
}

function body(size: number): string {
  const text = randomBytes(Math.ceil((size * 3) / 4)).toString('base64');
  const lines = text.match(/.{1,48}/g) ?? [];
  return `From: <a@client.test>\r\nSubject: load\r\n\r\n${lines.map((line, index) => (index % 7 === 0 ? `.${line}` : line)).join('\r\n')}`;
}

export function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

/** The token of a message that arrived, and the digest of what follows it. */
export function identify(octets: string): { token: string; digest: string } | undefined {
  const found = /^X-Token: (\w+)\r\n/m.exec(octets);
  if (found === null) return undefined;
  return { token: found[1] ?? '', digest: digest(octets.slice(found.index + found[0].length)) };
}
