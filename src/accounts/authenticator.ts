/**
 * Checks logins. Every attempt costs one derivation of the same cost, whether the account exists, is disabled, has no
 * password, or the password is wrong or malformed, so that the time tells nothing; the answer is the same, too.
 *
 * At most `running` derivations run at once, each with 19 MiB and a core; `waiting` attempts wait for them, and beyond that
 * the answer is `busy`. A password that was right is remembered for `rememberMs` (see verified.ts) and costs nothing then.
 */
import { Buffer } from 'node:buffer';
import type { Clock, Emit } from '../std/mod.ts';
import { deriveArgon2id, hashPassword, matches, unmatchedHash } from './argon2.ts';
import type { Derive } from './argon2.ts';
import { findCandidate, isUnchanged } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import { ownsAddress } from './directory.ts';
import type { AccountEvents } from './events.ts';
import { createGate } from './gate.ts';
import type { GateOptions } from './gate.ts';
import type { LoginRules } from './login.ts';
import { preparePassword } from './password.ts';
import { isWeak, parsePhc } from './phc.ts';
import type { AccountReader } from './reader.ts';
import { createVerified } from './verified.ts';

export type LoginVerdict =
  /** The primary address of the account. */
  | { readonly account: string }
  /** Unknown user, wrong password, disabled account, no password: never told apart. */
  | 'rejected'
  /** As many attempts wait as may, or the signal aborted: `454 4.7.0`. */
  | 'busy'
  /** The accounts cannot be read, or memory is short: `454 4.7.0`. */
  | 'unavailable';

export interface Authenticator {
  /** `signal`: the client is gone; an attempt that still waits is given up. */
  verify(login: string, password: string, signal?: AbortSignal): Promise<LoginVerdict>;
  /** Whether `account` may act as the authorisation identity `address`: one of its own addresses. */
  owns(account: string, address: string): boolean;
}

export interface AuthenticatorOptions {
  readonly accounts: AccountReader;
  /** Asked at every attempt, so that a reload counts from the next on. */
  readonly rules: () => LoginRules;
  readonly clock: Clock;
  readonly emit: Emit<AccountEvents>;
  readonly gate?: GateOptions;
  /** How long a right password is remembered, milliseconds; 0: not at all. */
  readonly rememberMs?: number;
  readonly derive?: Derive;
}

export const DEFAULT_GATE: GateOptions = { running: 2, waiting: 64 };
const REMEMBER_MS = 60_000;
const REMEMBERED = 1_000;

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { accounts, rules, clock, emit, derive = deriveArgon2id } = options;
  const gate = createGate(options.gate ?? DEFAULT_GATE);
  const verified = createVerified({ clock, ttlMs: options.rememberMs ?? REMEMBER_MS, entries: REMEMBERED });
  const unmatched = unmatchedHash();

  async function verify(login: string, password: string, signal?: AbortSignal): Promise<LoginVerdict> {
    const prepared = preparePassword(password);
    const octets = typeof prepared === 'string' ? undefined : prepared;
    const candidate = findCandidate(accounts, login, rules());
    if (candidate === 'unavailable') return 'unavailable';
    if (octets !== undefined && remembers(login, octets, candidate)) return verdictOn(candidate);
    if (!(await gate.enter(signal))) return 'busy';
    try {
      return await judge(login, octets);
    } finally {
      gate.leave();
    }
  }

  /** Asked for every attempt, so that knowing nobody takes no less time. */
  function remembers(login: string, password: Buffer, candidate: Candidate | 'nobody'): boolean {
    const hash = candidate === 'nobody' ? '' : candidate.hash;
    return verified.has({ login, password, hash });
  }

  async function judge(login: string, password: Buffer | undefined): Promise<LoginVerdict> {
    let candidate = findCandidate(accounts, login, rules());
    for (;;) {
      if (candidate === 'unavailable') return 'unavailable';
      const right = await isRight(password, candidate);
      if (right === 'unavailable') return 'unavailable';
      if (!right || password === undefined || candidate === 'nobody') return 'rejected';
      const now = findCandidate(accounts, login, rules());
      if (isUnchanged(now, candidate)) return welcome(login, password, candidate);
      // Changed meanwhile: by a new password, by being disabled, or since another process replaced a weak hash.
      if (now === 'nobody') return 'rejected';
      candidate = now;
    }
  }

  /** One derivation, whatever is asked. */
  async function isRight(
    password: Buffer | undefined,
    candidate: Candidate | 'nobody',
  ): Promise<boolean | 'unavailable'> {
    const hash = candidate === 'nobody' ? unmatched : parsePhc(candidate.hash);
    if (hash === undefined) {
      if (candidate !== 'nobody') emit('accounts.badHash', { account: candidate.account });
      return 'unavailable';
    }
    try {
      return await matches(password ?? Buffer.alloc(0), hash, derive);
    } catch (error) {
      emit('accounts.hashingFailed', { error: String(error) });
      return 'unavailable';
    }
  }

  async function welcome(login: string, password: Buffer, candidate: Candidate): Promise<LoginVerdict> {
    const hash = await strengthened(password, candidate);
    verified.add({ login, password, hash });
    return { account: candidate.account };
  }

  /** The hash that is stored now: a weak one is replaced while the password is at hand. */
  async function strengthened(password: Buffer, { account, hash }: Candidate): Promise<string> {
    const parsed = parsePhc(hash);
    if (parsed === undefined || !isWeak(parsed)) return hash;
    const stronger = await stronglyHashed(password);
    const saved = stronger !== undefined && accounts.replaceHash(account, { old: hash, new: stronger });
    emit('accounts.rehashed', { account, saved });
    return saved ? stronger : hash;
  }

  async function stronglyHashed(password: Buffer): Promise<string | undefined> {
    try {
      return await hashPassword(password, derive);
    } catch (error) {
      emit('accounts.hashingFailed', { error: String(error) });
      return undefined;
    }
  }

  return { verify, owns: (account, address) => ownsAddress(accounts, account, address) };
}

function verdictOn(candidate: Candidate | 'nobody'): LoginVerdict {
  return candidate === 'nobody' ? 'rejected' : { account: candidate.account };
}
