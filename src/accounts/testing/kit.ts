/** What the tests of this folder share: a data folder of their own, a clock that stands, and hashing that is counted. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { isAddressError, parseMailbox } from '../../mail/mod.ts';
import type { Mailbox } from '../../mail/mod.ts';
import type { Clock, Emit } from '../../std/mod.ts';
import { deriveArgon2id } from '../argon2.ts';
import type { Derive } from '../argon2.ts';
import type { AccountEvents } from '../events.ts';
import { isAccountProblem } from '../problem.ts';
import type { AccountProblem } from '../problem.ts';
import type { Account } from '../rows.ts';

/** A folder that is removed when the test ends; the path of an accounts file in it, which does not exist yet. */
export async function accountsPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-accounts-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'accounts.db');
}

export interface StandingClock extends Clock {
  at: number;
}

export function standingClock(at = 1_000_000): StandingClock {
  return {
    at,
    now() {
      return this.at;
    },
  };
}

export interface Events {
  readonly emit: Emit<AccountEvents>;
  readonly told: readonly { readonly name: keyof AccountEvents; readonly fields: object }[];
}

export function recordEvents(): Events {
  const told: { name: keyof AccountEvents; fields: object }[] = [];
  return { told, emit: (name, fields) => told.push({ name, fields }) };
}

export interface CountedDerive {
  readonly derive: Derive;
  /** How many derivations were begun. */
  readonly begun: () => number;
}

/** The real thing, counted. */
export function countedDerive(): CountedDerive {
  let begun = 0;
  return {
    begun: () => begun,
    derive: (password, hash) => {
      begun += 1;
      return deriveArgon2id(password, hash);
    },
  };
}

export function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (isAddressError(parsed)) throw new TypeError(`not an address: ${text}`);
  return parsed;
}

/** The account; a problem fails the test. */
export function account(result: Account | AccountProblem): Account {
  if (isAccountProblem(result)) throw new Error(`unexpected problem: ${JSON.stringify(result)}`);
  return result;
}

/** Any UTF-16, lone surrogates included. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff })), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));
