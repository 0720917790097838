/** Answers of the domain name system as values. That something is unknown just now is never taken for "it does not exist". */
import type { IpAddress } from '../std/mod.ts';

/** The ways a question can end without records. */
export type Unresolved =
  /** The name exists and has no record of that type (RFC 2308 2.2). */
  | { readonly kind: 'noData' }
  /** The name does not exist (RFC 2308 2.1). */
  | { readonly kind: 'nxDomain' }
  /** Nobody could say: no answer, SERVFAIL, refused, nonsense, or the caller gave up. Ask again later. */
  | { readonly kind: 'temporary'; /** For the log and the queue listing, one line. */ readonly text: string };

export type AddressesAnswer =
  | {
      readonly kind: 'found';
      /** In the order to try them: IPv6 first (RFC 6724), then as the server gave them. */
      readonly addresses: readonly IpAddress[];
      /** Seconds for which the answer holds. */
      readonly ttl: number;
    }
  | Unresolved;

export interface MxHost {
  /** ASCII lower case, no trailing dot. May be no host name at all: then `addresses()` says nxDomain. */
  readonly host: string;
  readonly preference: number;
}

export type MxAnswer =
  | {
      readonly kind: 'found';
      /** By preference, lowest first; equal ones in random order (RFC 5321 5.1). Never empty. */
      readonly hosts: readonly MxHost[];
      /** There is no MX record; the domain itself is the only host, with preference 0 (RFC 5321 5.1). */
      readonly implicit: boolean;
      /** Seconds for which the answer holds. */
      readonly ttl: number;
    }
  /** The domain accepts no mail (RFC 7505). */
  | { readonly kind: 'nullMx' }
  | { readonly kind: 'nxDomain' }
  | Extract<Unresolved, { kind: 'temporary' }>;

/**
 * Asks recursive name servers. `localhost` and address literals are the caller's business; no search list is applied and
 * no hosts file is read. Nothing here throws: an aborted question ends as `temporary`.
 */
export interface Resolver extends AsyncDisposable {
  mx(domain: string, signal: AbortSignal): Promise<MxAnswer>;
  /** Both families unless one is named. */
  addresses(host: string, signal: AbortSignal, family?: 4 | 6): Promise<AddressesAnswer>;
}

/** An integer from 0 up to and without `below`, not to be guessed by others. */
export type RandomBelow = (below: number) => number;
