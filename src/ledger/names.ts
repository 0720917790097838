/**
 * How many different names each client gives with EHLO, within 24 hours and in bounded memory. One host has one name, or a few;
 * who presents many is several hosts behind one address.
 */
import { foldAscii } from '../mail/mod.ts';
import { parseIp } from '../std/mod.ts';

/** Milliseconds. */
export const WINDOW = 24 * 3_600_000;
/** Clients whose names are remembered; the one heard of the longest ago is forgotten first. */
const MOST_CLIENTS = 10_000;
const MOST_NAMES = 100_000;
/** What is kept of a name: RFC 1035 allows 255 octets. */
const LONGEST = 255;

/** The name as it is counted; undefined: it says nothing, being empty or the client's own address. */
export function nameOf(helo: string, client: string): string | undefined {
  const name = foldAscii(helo)
    .replace(/[^\x21-\x7e]/g, '?')
    .slice(0, LONGEST);
  const literal = /^\[(?:ipv6:)?([\d.:a-f]+)\]$/.exec(name)?.[1] ?? name;
  return name === '' || parseIp(literal)?.text === client ? undefined : name;
}

export class Names {
  /** By client, the least recently heard first; each name with when it was heard last. */
  readonly #clients = new Map<string, Map<string, number>>();
  readonly #mostClients: number;
  readonly #mostNames: number;
  #count = 0;

  constructor(most: { readonly clients?: number; readonly names?: number } = {}) {
    this.#mostClients = most.clients ?? MOST_CLIENTS;
    this.#mostNames = most.names ?? MOST_NAMES;
  }

  /** Names in memory, of all clients. */
  get count(): number {
    return this.#count;
  }

  /**
   * Remembers a name of a client.
   * @returns the names of the client within the window, at most `enough`, the last heard first.
   */
  add(
    client: string,
    name: string,
    { now, enough }: { readonly now: number; readonly enough: number },
  ): readonly string[] {
    const names = this.#clients.get(client) ?? new Map<string, number>();
    this.#clients.delete(client);
    this.#count -= names.size;
    names.delete(name); // so that it becomes the last
    for (const [old, heard] of names) {
      const isOver = names.size >= enough;
      if (!isOver && heard > now - WINDOW && heard <= now) break; // in order of time: the rest is newer
      names.delete(old);
    }
    names.set(name, now);
    this.#clients.set(client, names);
    this.#count += names.size;
    this.#forget();
    return [...names.keys()].toReversed();
  }

  #forget(): void {
    for (const [client, names] of this.#clients) {
      if (this.#clients.size <= this.#mostClients && this.#count <= this.#mostNames) return;
      this.#clients.delete(client);
      this.#count -= names.size;
    }
  }
}
