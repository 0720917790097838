/**
 * The configuration as the program uses it: every default in place, every value parsed, every path absolute. Plain data
 * that can be sent to another process by structured clone.
 */
import type { Target, Timeouts } from '../deliver/mod.ts';
import type { Domain, Mailbox } from '../mail/mod.ts';
import type { GrantSource, LiteralSource, NeverSource, Place, RouteSource } from '../policy/mod.ts';
import type { ClientSource, DnsListSource, FilterSource, SendAsSource } from '../screen/mod.ts';
import type { Compat } from '../smtp/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import type { Endpoint } from './text/endpoint.ts';

export interface Config {
  /** The file, as it was named; every place names it, too. */
  readonly file: string;
  readonly hostname: Domain;
  /** The data folder. */
  readonly data: string;
  readonly workers: number;
  /** Who receives mail for `<postmaster>`, and for postmaster at an inbound domain where nobody has that address. */
  readonly postmaster: Mailbox;
  /** In the order of the file; at least one. */
  readonly listeners: readonly [ListenerConfig, ...ListenerConfig[]];
  /** In front of this server: whoever comes through one has its address, so no grant names it. */
  readonly proxies: readonly ProxyConfig[];
  /** Hosts that may say with XCLIENT for whom they speak. */
  readonly xclient: readonly PlacedRange[];
  /** Hosts that may say with XFORWARD where a message first came from. */
  readonly xforward: readonly IpRange[];
  readonly clients: ClientsConfig;
  readonly filters: readonly FilterSource[];
  readonly guard: GuardConfig;
  /** Who may ask for waiting mail with ETRN; empty: nobody, and it is not offered. */
  readonly etrn: readonly EtrnConfig[];
  readonly routing: RoutingConfig;
  readonly relay: RelayConfig;
  readonly accounts: AccountsConfig;
  readonly tls: TlsConfig;
  readonly limits: LimitsConfig;
  readonly timeouts: TimeoutsConfig;
  readonly queue: QueueConfig;
  readonly delivery: DeliveryConfig;
  readonly dns: DnsConfig;
  readonly history: HistoryConfig;
  readonly log: LogConfig;
  readonly tests: readonly TestConfig[];
}

export interface ListenerConfig {
  readonly name: string;
  /**
   * Two listeners may share a port when one names an address and the other stands for all (`0.0.0.0`, `[::]`): the
   * more specific one gets the connection. `[::]` is IPv6 only.
   */
  readonly bind: readonly [Endpoint, ...Endpoint[]];
  readonly purpose: 'transfer' | 'submission' | 'lmtp';
  /** Milliseconds before the greeting; a client that speaks before it is refused. 0: none. */
  readonly greetingDelay: number;
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly auth: 'required' | 'optional' | 'off';
  readonly authWithoutTls: boolean;
  readonly compat: Compat;
  readonly place: Place;
}

/** A range that findings speak of. */
export type PlacedRange = IpRange & { readonly place: Place };

export interface ProxyConfig {
  readonly range: IpRange;
  /** `proxy`: every connection from it begins with a PROXY header. `none`: it cannot say whom it speaks for. */
  readonly header: 'proxy' | 'none';
}

/** What is asked of a client before and beside the policy. */
export interface ClientsConfig extends ClientSource {
  readonly accept: readonly PlacedRange[];
  readonly refuse: readonly PlacedRange[];
  readonly dnsLists: readonly DnsListConfig[];
}

export interface DnsListConfig extends DnsListSource {
  /** Undefined: every answer counts that is no error code. */
  readonly answers: readonly IpRange[] | undefined;
}

export interface GuardConfig {
  /** Failed logins within an hour; then `421`. */
  readonly failuresPerAddress: number;
  readonly failuresPerAccount: number;
  /** Recipients that do not exist, of one address within an hour; then `421`. */
  readonly unknownRecipients: number;
  /** Never slowed down nor turned away. */
  readonly allow: readonly IpRange[];
}

export interface EtrnConfig {
  readonly domain: Domain;
  readonly from: readonly IpRange[];
  /** Names of accounts. */
  readonly accounts: readonly string[];
  readonly place: Place;
}

export interface RoutingConfig {
  readonly reroute: boolean;
  readonly domains: readonly RouteSource[];
  readonly literals: readonly LiteralSource[];
  readonly outbound: OutboundDelivery;
  readonly inbound: InboundDelivery;
}

/** Where mail for domains without a route of ours goes. */
export type OutboundDelivery =
  | {
      readonly kind: 'mx';
      /** Loopback and private networks that an MX may lead to. */ readonly mayReach: readonly IpRange[];
    }
  | Extract<Target, { kind: 'smtp' | 'maildir' }>;

/** Where mail for inbound domains goes. */
export type InboundDelivery = Extract<Target, { kind: 'maildir' | 'lmtp' }>;

export interface RelayConfig {
  readonly never: readonly NeverSource[];
  readonly allow: readonly GrantSource[];
  /** What to do with a client that relays by its address alone and looks like a gateway. */
  readonly suspectGateway: 'warn' | 'refuse';
  /** So many different EHLO names within 24 hours make a client look like one. */
  readonly gatewayNames: number;
}

export interface AccountsConfig extends SendAsSource {
  readonly defaultDomain: Domain | undefined;
  /** Windows domain as written to mail domain; names are compared without regard to case. */
  readonly ntDomains: ReadonlyMap<string, Domain>;
}

export interface TlsConfig {
  /** Undefined: a self-signed certificate in the data folder. */
  readonly files: { readonly certificate: string; readonly key: string } | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface LimitsConfig {
  /** Octets. */
  readonly messageSize: number;
  readonly recipients: number;
  readonly messagesPerConnection: number;
  /** Per worker. */
  readonly connections: number;
  /** Per worker. */
  readonly connectionsPerAddress: number;
  /** Received fields. */
  readonly hops: number;
  /** Per connection, then 421. */
  readonly errors: number;
  /** Per connection, then every further error is answered later and later. */
  readonly softErrors: number;
  /** Commands that move nothing on between two messages, then 421. */
  readonly junkCommands: number;
  /** Octets. */
  readonly headerSize: number;
  readonly headerFields: number;
  /** Octets of a line of a message, CRLF included. */
  readonly textLine: number;
  /** Octets of content a second; 0: none. */
  readonly minimumRate: number;
  /** Per worker. */
  readonly connectionsPerSecond: number;
  /** Per worker. */
  readonly connectionsPerSecondPerAddress: number;
}

/** Milliseconds. */
export interface TimeoutsConfig {
  readonly command: number;
  readonly data: number;
  readonly session: number;
  /** From the connection to TLS, where AUTH is required and wants it. */
  readonly beforeTls: number;
  /** From the connection to AUTH, where it is required. */
  readonly beforeAuth: number;
}

/** Milliseconds. */
export interface QueueConfig {
  /** The last repeats. */
  readonly retry: readonly [number, ...number[]];
  readonly expire: number;
  /** Undefined: never. */
  readonly warnAfter: number | undefined;
}

export interface DeliveryConfig {
  /** Per worker. */
  readonly connectionsPerHost: number;
  readonly tls: 'opportunistic' | 'off';
  /** Milliseconds. */
  readonly idle: number;
  /** Milliseconds. */
  readonly timeouts: Timeouts;
}

export interface DnsConfig {
  /** `192.0.2.53:53`, `[2001:db8::53]:53`; undefined: those of the system. */
  readonly servers: readonly [string, ...string[]] | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly attempts: number;
}

/** `off`: nothing is recorded. */
export type HistoryConfig = 'off' | { readonly days: number; /** Octets. */ readonly bytes: number };

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

/** A policy test as it stands in the file. What it leaves open is for the runner to fill in. */
export interface TestConfig {
  readonly name?: string;
  readonly from: readonly [IpRange, ...IpRange[]];
  readonly toAddress?: IpAddress;
  readonly listener?: string;
  readonly account?: string;
  /** Null, or absent: the null reverse-path. */
  readonly sender?: Mailbox | null;
  readonly recipient: Mailbox;
  /** Milliseconds since the epoch. Absent: now. */
  readonly at?: number;
  readonly expect: 'refused' | 'relayed' | 'accepted' | 'inbound' | 'forwarded';
  readonly by?: string;
  readonly because?: string;
  readonly place: Place;
}
