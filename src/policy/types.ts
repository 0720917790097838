/**
 * The relay policy as values: what is asked (`Facts`), what is configured (`PolicySource`), what is answered (`Decision`).
 *
 * `decide(facts, policy)` is pure: no clock, no I/O, no state. A decision depends on the facts alone, and no verdict is
 * used for other facts than those it was made from.
 */
import type { Domain, DomainLiteral, Mailbox, ReversePath } from '../mail/mod.ts';
import type { Host, IpAddress, IpRange } from '../std/mod.ts';

/** Everything a decision may depend on. */
export interface Facts {
  /** The client's address: of the TCP connection, or as a trusted proxy declared it. */
  readonly client: IpAddress;
  /** The address of ours that the client connected to. */
  readonly localAddress: IpAddress;
  /** The listener's name. */
  readonly listener: string;
  /** The account's name (its first address) after a successful AUTH on this very connection; else undefined. */
  readonly account: string | undefined;
  /** The claimed sender. Grants nothing by itself; can only narrow a grant. */
  readonly sender: ReversePath;
  /** The recipient as the client gave it, source route stripped. */
  readonly recipient: Mailbox;
  /**
   * What the directory says of the mailbox that `locate()` ends at, when the route is inbound; `notAsked` otherwise.
   * `unavailable`: the directory could not be read now.
   */
  readonly mailbox: MailboxFact;
  /** Milliseconds since the epoch; only `until` depends on it. */
  readonly at: number;
}

export type MailboxFact = 'known' | 'unknown' | 'unavailable' | 'notAsked';

/** Where in the configuration a rule stands; shown to administrators, never to a client. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** What the routing table says of a domain. */
export type RouteAction =
  | { readonly kind: 'inbound' }
  | { readonly kind: 'forward'; readonly to: Host }
  | { readonly kind: 'rewrite'; readonly to: Domain }
  | { readonly kind: 'alwaysRelay' };

/** An entry of the routing table. `subdomains`: written `*.x.test`, every domain below x.test and not x.test itself. */
export interface RouteSource {
  readonly domain: Domain;
  readonly subdomains: boolean;
  readonly action: RouteAction;
  /** What becomes of a stranger's message whose From has this domain. Not part of the decision, see `src/screen`. */
  readonly protectFrom?: 'refuse' | 'quarantine';
  readonly place: Place;
}

/** A claimed sender or a recipient that narrows a grant: `a@b`, `@b` (that domain exactly), `@*.b` (below b). */
export type AddressPattern =
  | { readonly kind: 'address'; readonly localKey: string; readonly domain: Domain }
  | { readonly kind: 'domain'; readonly domain: Domain }
  | { readonly kind: 'subdomains'; readonly domain: Domain }
  /** The null reverse-path, written `<>`; senders only. */
  | { readonly kind: 'null' };

/** An address literal whose mailboxes are ours, e.g. `[192.0.2.1]`. */
export interface LiteralSource {
  readonly literal: DomainLiteral;
  readonly place: Place;
}

/**
 * A grant. The conditions present are ANDed; at least one of authenticated, from, connectingTo is present.
 * An empty list is a configuration error and never means "everyone".
 */
export interface GrantSource {
  readonly name: string;
  /** `any`: every account; else the names of accounts, lower case. */
  readonly authenticated?: 'any' | readonly [string, ...string[]];
  readonly from?: readonly [IpRange, ...IpRange[]];
  readonly connectingTo?: readonly [IpRange, ...IpRange[]];
  readonly senders?: readonly [AddressPattern, ...AddressPattern[]];
  readonly recipients?: readonly [AddressPattern, ...AddressPattern[]];
  /** The grant holds before this moment (milliseconds since the epoch) and no longer at it. */
  readonly until?: number;
  /** How much it carries. Not part of the decision: who exceeds a limit is told to come back, see `src/ledger`. */
  readonly limits?: readonly [Limit, ...Limit[]];
  /** Whom its clients may send as: envelope sender, From and Sender. Not part of the decision, see `src/screen`. */
  readonly sendAs?: readonly [AddressPattern, ...AddressPattern[]];
  readonly place: Place;
}

/** A limit of a grant: recipients, not messages. */
export interface Limit {
  /** At this rate for good: so many recipients in `periodMs` milliseconds. */
  readonly recipients: number;
  readonly periodMs: number;
  /** So many at once after a rest; at least 1. */
  readonly burst: number;
  /** Whose recipients are counted together: all of the grant's, each account's, each client address's. */
  readonly per: 'grant' | 'account' | 'client';
}

/** A never rule: overrides every grant and alwaysRelay, authenticated or not. It concerns relaying only. */
export interface NeverSource {
  readonly name: string;
  readonly from: readonly [IpRange, ...IpRange[]];
  readonly place: Place;
}

/** The configuration of the policy, already validated, as plain data (it can be sent to another process). */
export interface PolicySource {
  /**
   * false: 'do not reroute incoming SMTP mail'. Nothing is relayed, whoever asks: grants, never rules and alwaysRelay
   * routes are inert. Inbound and forward routes are our own domains and still work.
   */
  readonly reroute: boolean;
  readonly routes: readonly RouteSource[];
  readonly never: readonly NeverSource[];
  readonly allow: readonly GrantSource[];
  /** The domain of `<postmaster>` without a domain. */
  readonly postmasterDomain: Domain;
  /** Address literals that count as inbound: none unless configured. */
  readonly literals: readonly LiteralSource[];
}

/** The rule that decided, by what an administrator calls it. */
export type RuleRef =
  | { readonly kind: 'route'; readonly pattern: string; readonly place: Place }
  | { readonly kind: 'grant'; readonly name: string; readonly place: Place }
  | { readonly kind: 'never'; readonly name: string; readonly place: Place }
  /** Nothing matched: the policy fails closed. */
  | { readonly kind: 'none' };

/** Where an accepted recipient goes; derived again from the routing table at every delivery attempt. */
export type Destination =
  | { readonly kind: 'inbound' }
  | { readonly kind: 'forward'; readonly to: Host }
  | { readonly kind: 'outbound' };

export type RefusalReason =
  /** `550 5.1.1` */
  | 'unknownMailbox'
  /** `451 4.3.0`: the directory cannot be asked now. */
  | 'mailboxUnavailable'
  /** `550 5.7.1`: `% ! @` or an encapsulated address at a forwarded domain, from a client without a grant. */
  | 'routingCharacters'
  /** `550 5.7.1`, the rest. */
  | 'rerouteOff'
  | 'neverRule'
  | 'noGrant';

/** The verdict on one recipient. */
export type Decision = {
  readonly rule: RuleRef;
  /** The recipient after rewriting: what is spooled. */
  readonly recipient: Mailbox;
  readonly facts: Facts;
} & (
  | {
      readonly verdict: 'accepted';
      readonly as: 'inbound' | 'forward' | 'alwaysRelay' | 'relay';
      readonly destination: Destination;
    }
  | { readonly verdict: 'refused'; readonly reason: RefusalReason }
);
