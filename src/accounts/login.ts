/**
 * What a client may type as its login, and the account it names. Pure.
 *
 *     alice@contoso.example     an address of the account, primary or alias
 *     CONTOSO\alice             a Windows domain and an account in it
 *     CONTOSO/alice             the same, as Exchange 5.5 had it
 *     CONTOSO/alice/sales       the same with a mailbox alias, which must be an address of that account
 *     alice                     an account in the default domain
 *
 * A Windows domain stands for the mail domain that `ntDomains` gives it; one that is not listed there is an unknown user.
 * A login with an `@` is an address and nothing else. It is ASCII, so there is nothing for SASLprep to prepare: an account whose
 * address is not ASCII signs in with another address of its own.
 */
import { Buffer } from 'node:buffer';
import { foldAscii, isAddressError, parseMailbox } from '../mail/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import { addressText } from './address.ts';

export interface LoginRules {
  /** The domain of a bare `account`; without one, such a login is an unknown user. */
  readonly defaultDomain?: string | undefined;
  /** Windows domain, in any case, to mail domain. */
  readonly ntDomains: ReadonlyMap<string, string>;
}

export interface Login {
  /** An address of the account. */
  readonly account: Mailbox;
  /** Must be another address of the same account; undefined when none was given. */
  readonly alias: Mailbox | undefined;
}

/** Octets; the longest address, 64 + 1 + 255. */
const MAX_LOGIN = 320;
const SLASHES = /^([^/\\@]+)\/([^/\\@]+)(?:\/([^/\\@]+))?$/;
const BACKSLASH = /^([^/\\@]+)\\([^/\\@]+)$/;

/** The addresses that a login names, or undefined when it cannot name any account. */
export function parseLogin(login: string, rules: LoginRules): Login | undefined {
  if (Buffer.byteLength(login, 'utf8') > MAX_LOGIN) return undefined;
  if (login.includes('@')) return loginOf(parseMailbox(login));
  if (!/[/\\]/.test(login)) return loginOf(within(rules.defaultDomain, login));
  const match = SLASHES.exec(login) ?? BACKSLASH.exec(login);
  if (match === null) return undefined;
  const [, windowsDomain = '', account = '', alias] = match;
  const domain = mailDomain(windowsDomain, rules.ntDomains);
  return loginOf(within(domain, account), alias === undefined ? undefined : within(domain, alias));
}

/** The address that a login names, in the spelling of the accounts; for counting and logs. A right one is not implied. */
export function resolveLogin(login: string, rules: LoginRules): string | undefined {
  const parsed = parseLogin(login, rules);
  return parsed === undefined ? undefined : addressText(parsed.account);
}

type Parsed = ReturnType<typeof parseMailbox>;

function loginOf(account: Parsed, alias?: Parsed): Login | undefined {
  if (isAddressError(account) || isAddressError(alias)) return undefined;
  if (account.utf8 || alias?.utf8 === true) return undefined;
  return { account, alias };
}

function within(domain: string | undefined, account: string): Parsed {
  return domain === undefined
    ? { error: 'noDomain', position: account.length }
    : parseMailbox(`${account}@${domain}`);
}

function mailDomain(windowsDomain: string, ntDomains: ReadonlyMap<string, string>): string | undefined {
  const wanted = foldAscii(windowsDomain);
  for (const [name, domain] of ntDomains) if (foldAscii(name) === wanted) return domain;
  return undefined;
}
