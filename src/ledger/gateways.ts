/**
 * Clients that relay by their address alone and look like a gateway: a NAT, a proxy or the bridge of containers, behind which
 * there is whoever can reach it. The commonest cause of relays that are open by accident: the grant names the gateway, and the
 * world comes through it.
 */
import { Names } from './names.ts';

/** An address of this machine or next to it through which others may come. */
export interface HostAddress {
  readonly address: string;
  readonly kind: 'gateway' | 'bridge' | 'own';
}

export type SuspicionReason =
  | HostAddress['kind']
  /** It gives many names with EHLO. */
  | 'names';

/** A recipient was let in for a client by its address alone. */
export interface Sighting {
  readonly client: string;
  /** As `nameOf()` made it; empty: none that counts. */
  readonly name: string;
  readonly grant: string;
}

export interface Surroundings {
  readonly now: number;
  /** So many names make a client suspect. */
  readonly enough: number;
  /** Asked for a client that is not suspect yet. */
  readonly host: () => readonly HostAddress[];
}

export interface Suspect {
  readonly client: string;
  /** The grant it held when it was suspected. */
  readonly grant: string;
  readonly reason: SuspicionReason;
  /** Different names it has given within 24 hours when it was suspected. */
  readonly names: number;
  /** Some of them, the last heard first. */
  readonly examples: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly lastSeen: number;
}

/** A suspect that does not relay for this long is none any more. Milliseconds. */
export const FORGET_AFTER = 7 * 86_400_000;
const MOST_SUSPECTS = 1_000;
const EXAMPLES = 5;

export class Gateways {
  readonly #names = new Names();
  /** The least recently seen first. */
  readonly #suspects: Map<string, Suspect>;
  readonly #changed = new Set<string>();

  constructor(kept: Iterable<Suspect> = []) {
    const inOrder = [...kept].sort((one, other) => one.lastSeen - other.lastSeen);
    this.#suspects = new Map(inOrder.map((suspect) => [suspect.client, suspect]));
  }

  /** By client, the least recently seen first. */
  all(): ReadonlyMap<string, Suspect> {
    return this.#suspects;
  }

  /**
   * Takes notice of a client; `enough` names make it suspect.
   * @returns the suspect when it has become one now.
   */
  see({ client, name, grant }: Sighting, { now, enough, host }: Surroundings): Suspect | undefined {
    const known = this.#suspects.get(client);
    if (known !== undefined) {
      this.#put({ ...known, lastSeen: now });
      return undefined;
    }
    const names = name === '' ? [] : this.#names.add(client, name, { now, enough });
    const kind = host().find(({ address }) => address === client)?.kind;
    const reason = kind ?? (names.length >= enough ? 'names' : undefined);
    if (reason === undefined) return undefined;
    const suspect: Suspect = {
      client,
      grant,
      reason,
      names: names.length,
      examples: names.slice(0, EXAMPLES),
      since: now,
      lastSeen: now,
    };
    this.#put(suspect);
    return suspect;
  }

  /** Forgets suspects that were not seen for long. @returns whether there were any. */
  sweep(now: number): boolean {
    const before = this.#suspects.size;
    for (const [client, { lastSeen }] of this.#suspects) {
      if (lastSeen > now - FORGET_AFTER) break;
      this.#remove(client);
    }
    return this.#suspects.size < before;
  }

  /** The suspects that were changed since this was asked last, by client; undefined: forgotten. */
  takeChanges(): ReadonlyMap<string, Suspect | undefined> {
    const changes = new Map(
      [...this.#changed].map((client) => [client, this.#suspects.get(client)] as const),
    );
    this.#changed.clear();
    return changes;
  }

  #put(suspect: Suspect): void {
    this.#suspects.delete(suspect.client);
    this.#suspects.set(suspect.client, suspect);
    this.#changed.add(suspect.client);
    const [oldest] = this.#suspects.keys();
    if (this.#suspects.size > MOST_SUSPECTS && oldest !== undefined) this.#remove(oldest);
  }

  #remove(client: string): void {
    this.#suspects.delete(client);
    this.#changed.add(client);
  }
}
