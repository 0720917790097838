/**
 * What is asked of clients, senders and content beside the policy: as it is configured (`ScreenSource`), and as it is answered
 * (`Verdict`). A verdict can only refuse or set aside what the policy accepted; nothing here makes a refused recipient accepted.
 */
import type { Domain, HeaderFacts, Mailbox } from '../mail/mod.ts';
import type { AddressPattern, GrantSource, Place, RouteSource } from '../policy/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';

/** The configuration, already validated, as plain data (it can be sent to another process). */
export interface ScreenSource {
  readonly clients: ClientSource;
  readonly filters: readonly FilterSource[];
  readonly accounts: SendAsSource;
  /** For `protectFrom`. */
  readonly routes: readonly RouteSource[];
  /** For `sendAs`. */
  readonly grants: readonly GrantSource[];
  /** Who comes from these may be anybody. */
  readonly proxies: readonly IpRange[];
}

export interface ClientSource {
  /** The narrower range of the two lists wins; of two equal ones, that of `refuse`. */
  readonly accept: readonly IpRange[];
  readonly refuse: readonly IpRange[];
  readonly dnsLists: readonly DnsListSource[];
  readonly reverseName: Demand;
  readonly helo: Demand;
}

/** `record`: looked at and written down. `require`: strangers without it are refused. */
export type Demand = 'off' | 'record' | 'require';

export interface DnsListSource {
  readonly zone: Domain;
  readonly action: 'refuse' | 'record';
}

/** Meets who has one of `from` and one of `senders`, each where it is given. */
export interface FilterSource {
  readonly name: string;
  readonly senders: readonly AddressPattern[] | undefined;
  readonly from: readonly IpRange[] | undefined;
  readonly action: Action;
  readonly place: Place;
}

export interface SendAsSource {
  /** `own`: an account sends as its own addresses and those of `mayAlsoSendAs`. */
  readonly sendAs: 'own' | 'any';
  /** Client addresses for which `sendAs` is `any`. */
  readonly sendAsExempt: readonly IpRange[];
  /** By the name of the account. */
  readonly mayAlsoSendAs: ReadonlyMap<string, readonly AddressPattern[]>;
}

export type Action = 'refuse' | 'quarantine';

/** A client, and who has signed in there. */
export interface Login {
  readonly client: IpAddress;
  /** The account that has signed in, its primary address. */
  readonly account: string | undefined;
}

/** Which client asks. */
export interface Caller extends Login {
  /** A grant names this client (`holdsGrant()` of the policy). */
  readonly holdsGrant: boolean;
}

/** Whether the account owns an address; asked only about a caller that has signed in. */
export type Owns = (address: Mailbox) => boolean;

/** Whose addresses the header of a message shows. */
export type Authors = Pick<HeaderFacts, 'from' | 'sender'>;

/** Where an address stands that a client may not use. */
export type SenderPlace = 'envelope' | 'From' | 'Sender';

/** The rule that a verdict comes from. */
export type ScreenRule =
  /** `clients.refuse` */
  | { readonly kind: 'client' }
  | { readonly kind: 'filter'; readonly name: string; readonly place: Place }
  /** `clients.dnsLists`, `clients.reverseName`, `clients.helo` */
  | { readonly kind: 'dnsList'; readonly zone: string }
  | { readonly kind: 'reverseName' }
  | { readonly kind: 'helo' }
  /** `accounts.sendAs`. `address` is undefined when the field cannot be read. */
  | {
      readonly kind: 'accountSendAs';
      readonly account: string;
      readonly where: SenderPlace;
      readonly address: string | undefined;
    }
  /** `sendAs` of a grant. */
  | {
      readonly kind: 'grantSendAs';
      readonly grant: string;
      readonly where: SenderPlace;
      readonly address: string | undefined;
    }
  /** `protectFrom`. `pattern` is that of the route; both are undefined when From cannot be read. */
  | {
      readonly kind: 'protectFrom';
      readonly pattern: string | undefined;
      readonly address: string | undefined;
    };

export type Verdict =
  | { readonly kind: 'pass' }
  /** Accepted, and kept held until an administrator has looked at it. */
  | { readonly kind: 'quarantine'; readonly rule: ScreenRule }
  | { readonly kind: 'refuse'; readonly rule: ScreenRule };

export const PASS: Verdict = { kind: 'pass' };
