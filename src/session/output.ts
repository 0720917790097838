/** Replies on their way to the client: collected while commands are looked at, written together, and bounded. */
import { formatReply, type Reply } from '../smtp/mod.ts';
import type { Transport } from './types.ts';

/** Octets of replies that a client may leave unread before its commands are no longer looked at. */
const LIMIT = 64 * 1024;

export class Output {
  readonly #transport: Transport;
  #text = '';

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  say(reply: Reply): void {
    this.#text += formatReply(reply);
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#transport.write(text);
  }

  /** So many replies are collected that they are better sent on. */
  get isFull(): boolean {
    return this.#text.length >= LIMIT;
  }

  /** The client takes what is written. */
  get isTaken(): boolean {
    return this.#transport.pending <= LIMIT;
  }
}
