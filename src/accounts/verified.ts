/**
 * Remembers for a short time which passwords were right, so that a client which connects for every message does not pay
 * for a hash each time.
 *
 * Only successes are kept, and only as an HMAC under a key of this process; a memory image does not hold passwords. An
 * entry holds only for the stored hash it was made with, which the caller has read afresh: a change of the password, and
 * with that reading a disabled or removed account, takes effect at once.
 */
import { Buffer } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../std/mod.ts';

export interface Attempted {
  readonly login: string;
  /** Prepared. */
  readonly password: Buffer;
  /** The stored hash, PHC form. */
  readonly hash: string;
}

export interface Verified {
  has(attempted: Attempted): boolean;
  add(attempted: Attempted): void;
}

export interface VerifiedOptions {
  readonly clock: Clock;
  /** How long an entry holds from the moment it was added, milliseconds. */
  readonly ttlMs: number;
  /** At most this many entries; the oldest goes first. */
  readonly entries: number;
}

export function createVerified(options: VerifiedOptions): Verified {
  const secret = randomBytes(32);
  const known = new Map<string, { readonly hash: string; readonly since: number }>();

  function keyOf({ login, password, hash }: Attempted): string {
    const hmac = createHmac('sha256', secret);
    for (const part of [Buffer.from(login, 'utf8'), password, Buffer.from(hash, 'utf8')]) {
      // Each part with its length, so that no two triples run together to the same octets.
      hmac.update(`${part.length}:`).update(part);
    }
    return hmac.digest('base64');
  }

  function has(attempted: Attempted): boolean {
    const key = keyOf(attempted);
    const entry = known.get(key);
    if (entry === undefined || entry.hash !== attempted.hash) return false;
    const age = options.clock.now() - entry.since;
    // A clock set back does not prolong an entry.
    if (age >= 0 && age < options.ttlMs) return true;
    known.delete(key);
    return false;
  }

  function add(attempted: Attempted): void {
    const key = keyOf(attempted);
    known.delete(key);
    known.set(key, { hash: attempted.hash, since: options.clock.now() });
    if (known.size <= options.entries) return;
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  }

  return { has, add };
}
