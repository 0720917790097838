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

/** Names (PTR) or texts (TXT), in the order the server gave them. */
export type ListAnswer =
  | {
      readonly kind: 'found';
      /** At most 100, never empty. As the zone's owner wrote them: nothing says that a name is one. */
      readonly records: readonly string[];
      /** Seconds for which the answer holds. */
      readonly ttl: number;
    }
  | Unresolved;

/**
 * Asks recursive name servers. `localhost` and address literals are the caller's business; no search list is applied and
 * no hosts file is read. Nothing here throws: an aborted question ends as `temporary`.
 */
export interface Resolver extends AsyncDisposable {
  mx(domain: string, signal: AbortSignal): Promise<MxAnswer>;
  /** Both families unless one is named. */
  addresses(host: string, signal: AbortSignal, family?: 4 | 6): Promise<AddressesAnswer>;
  /** The names that an address has (PTR), ASCII lower case, no trailing dot. */
  names(address: IpAddress, signal: AbortSignal): Promise<ListAnswer>;
  /** The strings of a TXT record are one text; octets as Latin-1, at most 2,048 of each record. */
  texts(name: string, signal: AbortSignal): Promise<ListAnswer>;
}

/** An integer from 0 up to and without `below`, not to be guessed by others. */
export type RandomBelow = (below: number) => number;
