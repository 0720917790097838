/**
 * What can be said of a policy as a whole. The facts fall into finitely many classes that `decide()` cannot tell apart inside
 * (membership in ranges, entries of tables, moments), so one representative of each decides for all: nothing here is sampled.
 */
import type {
  AddressPattern,
  Decision,
  Explanation,
  Facts,
  GrantSource,
  Limit,
  Place,
  RuleRef,
} from '../policy/mod.ts';
import type { Domain, DomainLiteral } from '../mail/mod.ts';
import type { IpRange } from '../std/mod.ts';

/** A set of client or local addresses: sorted, disjoint, never adjacent, so equal sets are equal lists. IPv4 first. */
export type AddressSet = readonly IpRange[];

/** Who may have signed in. */
export interface Who {
  /** Clients that have not signed in. */
  readonly anonymous: boolean;
  /** Folded names of accounts; `except`: every account but these. */
  readonly accounts: { readonly only: readonly string[] } | { readonly except: readonly string[] };
}

/** What a policy can tell apart: beside its own patterns also what rewriting makes of them. */
export type MailboxPattern =
  | AddressPattern
  /** The mailboxes at an address literal, `@[192.0.2.1]`. */
  | { readonly kind: 'domain'; readonly domain: Domain | DomainLiteral }
  /** A local part at every domain below, `a@*.b`: `*.b` is rewritten and a grant names the local part where it ends. */
  | { readonly kind: 'addressBelow'; readonly localKey: string; readonly domain: Domain };

/** A set of senders or recipients: what fits one of `fits` (`everything`: whatever it is) and none of `except`. */
export interface MailboxSet {
  readonly fits: 'everything' | readonly MailboxPattern[];
  readonly except: readonly MailboxPattern[];
}

/** A set of facts: the product of a set in each dimension. */
export interface Region {
  readonly clients: AddressSet;
  readonly localAddresses: AddressSet;
  readonly who: Who;
  readonly senders: MailboxSet;
  /** As the client writes them, before any rewriting. */
  readonly recipients: MailboxSet;
  /** Only recipients with `% ! @` or an encapsulated address in the local part; `false`: only the others; undefined: all. */
  readonly routingCharacters: boolean | undefined;
  /** Milliseconds since the epoch, from inclusive, to exclusive; Infinity: for ever. */
  readonly from: number;
  readonly to: number;
}

/** How many addresses, and how many of them are public (neither loopback, private, link-local nor otherwise reserved). */
export interface AddressCount {
  readonly v4: bigint;
  readonly v6: bigint;
  readonly public4: bigint;
  readonly public6: bigint;
}

/** What one grant opens. */
export interface Reach {
  readonly source: GrantSource;
  /** Its clients without those of never rules. Every address when it has no `from`. */
  readonly clients: AddressSet;
  readonly count: AddressCount;
  /** Whether it decides for any facts at all, from now on. */
  readonly reached: boolean;
  /**
   * What takes everything from it when it is not reached: never rules and earlier grants, as few as are needed; or the
   * routes of all its recipients, when those need no grant. Empty: it has ended, nothing fits it, or rerouting is off.
   */
  readonly coveredBy: readonly RuleRef[];
}

/** Facts under which somebody relays who must not, with the trace of the decision. */
export interface Counterexample {
  readonly facts: Facts;
  readonly explanation: Explanation;
}

/** Why a policy is an open relay. */
export type Opening =
  /** Every public address of a family, or more than any one organisation has, can relay without signing in. */
  | {
      readonly kind: 'everybody' | 'tooMany';
      readonly family: 4 | 6;
      /** Public addresses that can relay without signing in. */
      readonly addresses: bigint;
      /** The ranges that hold them together. */
      readonly by: readonly { readonly rule: RuleRef; readonly range: IpRange }[];
      readonly example: Counterexample;
    }
  /** Strangers on IPv4 can relay without signing in, through a translator or a tunnel to IPv6. */
  | {
      readonly kind: 'carried';
      /** Whose addresses stand for IPv4 ones, `64:ff9b::/96`. */
      readonly carrier: IpRange;
      /** The ranges that hold it, or as much of it as is open. */
      readonly by: readonly { readonly rule: RuleRef; readonly range: IpRange }[];
      readonly example: Counterexample;
    }
  /** A grant with nothing but a local address that is not loopback or private. */
  | {
      readonly kind: 'reachableAddress';
      readonly rule: RuleRef;
      readonly range: IpRange;
      readonly example: Counterexample;
    }
  /** Anyone can relay to every domain below a top-level domain: `*.com` names nobody. */
  | {
      readonly kind: 'everyDomainBelow';
      readonly rule: RuleRef;
      /** As configured, `*.com`. */
      readonly pattern: string;
      readonly example: Counterexample;
    };

/** What the proof rests on beside the client address: a connectingTo grant holds only while outsiders cannot reach that address. */
export interface Assumption {
  readonly rule: RuleRef;
  readonly localAddresses: AddressSet;
}

export interface Proof {
  /** Empty: proved. */
  readonly openings: readonly Opening[];
  readonly assumptions: readonly Assumption[];
  /** Every grant, in the order of the file. */
  readonly reach: readonly Reach[];
  /**
   * Clients that can relay to some recipient without a route, and without signing in. A local address that a grant names
   * counts as reached; but where a grant names nothing else, see `assumptions` and `openings`, its clients do not count.
   */
  readonly anonymous: AddressSet;
  readonly anonymousCount: AddressCount;
  /**
   * Patterns that anyone can relay to, and where they stand: alwaysRelay routes, and the recipients of grants that hold
   * for every public address. The administrator named those recipients, so that is no opening.
   */
  readonly alwaysRelay: readonly { readonly pattern: string; readonly place: Place }[];
  readonly rerouting: boolean;
  /** How many representatives `decide()` was asked for. */
  readonly classes: number;
}

/** What a client meets, as far as it or the mail can notice; the rule apart. */
export interface Effect {
  readonly decision: Decision;
  /** `relayed`, `inbound`, `forwarded to host:25`, `refused 550 5.7.1`: equal texts are the same effect. */
  readonly text: string;
  /**
   * The rule of the decision, and of accepted mail every other rule that accepts some of the region. Where they are more
   * than some hundred, grants are among them that fit and that earlier ones take everything from.
   */
  readonly rules: readonly RuleRef[];
}

export interface Change {
  /** `opens`: refused before, accepted after. `closes`: the reverse. `alters`: another destination, reply or recipient. */
  readonly kind: 'opens' | 'closes' | 'alters';
  /** Every fact in it changes in the same way. */
  readonly region: Region;
  readonly before: Effect;
  readonly after: Effect;
  /** A member of the region. */
  readonly example: Facts;
}

export interface Difference {
  /** Disjoint; together exactly the facts, from `now` on, whose effect differs. Openings first. */
  readonly changes: readonly Change[];
  /** Rules with the same meaning and another name. */
  readonly renamed: readonly { readonly before: RuleRef; readonly after: RuleRef }[];
  /** Grants of the same name whose limits differ: no decision differs, but how much they carry. */
  readonly limits: readonly {
    readonly before: RuleRef;
    readonly after: RuleRef;
    readonly limitsBefore: readonly Limit[];
    readonly limitsAfter: readonly Limit[];
  }[];
}
