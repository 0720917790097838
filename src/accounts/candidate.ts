/** Whom a login may turn out to be: the account and the hash that its password is checked against. */
import type { LoginRules } from './login.ts';
import { parseLogin } from './login.ts';
import type { AccountReader } from './reader.ts';

/** An account that someone could sign in to. */
export interface Candidate {
  /** The primary address. */
  readonly account: string;
  /** PHC form. */
  readonly hash: string;
}

/** `nobody`: no such account, or nobody signs in to it; it is rejected whatever the password. */
export type Candidacy = Candidate | 'nobody' | 'unavailable';

/** Reads the accounts afresh. */
export function findCandidate(accounts: AccountReader, login: string, rules: LoginRules): Candidacy {
  const named = parseLogin(login, rules);
  if (named === undefined) return 'nobody';
  const found = accounts.find(named.account);
  const byAlias = named.alias === undefined ? found : accounts.find(named.alias);
  if (found === 'unavailable' || byAlias === 'unavailable') return 'unavailable';
  if (found === 'unknown' || byAlias === 'unknown' || byAlias.name !== found.name) return 'nobody';
  if (found.disabled || found.hash === null) return 'nobody';
  return { account: found.name, hash: found.hash };
}

/** Whether the account is still the same, with the same hash, to the octet. */
export function isUnchanged(now: Candidacy, then: Candidate): boolean {
  return typeof now === 'object' && now.account === then.account && now.hash === then.hash;
}
