/** The audit as values: what is tried, in which ways, and what came of it. */

/** Which kind of carelessness a probe looks for; a report groups by it. */
export type Family =
  | 'plain'
  | 'sender'
  | 'foreign'
  | 'routed'
  | 'encapsulated'
  | 'lookalike'
  | 'parameter'
  | 'greeting'
  | 'pretence'
  | 'state'
  | 'login'
  | 'content'
  | 'tls';

/** What a probe cannot do without; where it is missing the probe is not tried, and that is told. */
export type Need =
  /** A recipient that the server really accepts, since a whole message is sent to it. */
  | { readonly kind: 'inbound' }
  | { readonly kind: 'sink' }
  /** A keyword in the reply to EHLO. */
  | { readonly kind: 'extension'; readonly keyword: string }
  /** A mechanism of AUTH. */
  | { readonly kind: 'mechanism'; readonly name: string };

/** A line that is sent before the one that decides; what the server says to it decides nothing. */
export type Line =
  | string
  /** An exchange of AUTH: the next line is sent while the server says 334. */
  | { readonly auth: readonly string[] }
  /** STARTTLS and the handshake, without a greeting after it. */
  | { readonly upgrade: 'STARTTLS' };

interface ProbeBase {
  /** Stable: reports of different days are compared by it. */
  readonly id: string;
  readonly family: Family;
  readonly title: string;
  /** What follows when the server accepts it; completes "It shows that the server ...". */
  readonly shows: string;
  /** Where it is known from. */
  readonly source: string;
  readonly needs?: readonly Need[];
}

/** A transaction up to RCPT: the reply to that line decides. Every text may hold placeholders. */
export interface EnvelopeProbe extends ProbeBase {
  readonly kind: 'envelope';
  /** Sent as soon as the connection stands, before anything was read. */
  readonly first?: string;
  /** The line of greeting instead of that of the way; empty for none. */
  readonly greeting?: string;
  readonly before?: readonly Line[];
  /** The line of MAIL; absent when there is none. */
  readonly mail?: string;
  readonly between?: readonly Line[];
  readonly rcpt: string;
  /** MAIL and RCPT go out in one write. */
  readonly pipelined?: true;
  /** The line also names a recipient that may be accepted, and the reply does not say which of the two was. */
  readonly ambiguous?: true;
}

/** One line that must not be obeyed. */
export interface CommandProbe extends ProbeBase {
  readonly kind: 'command';
  readonly line: string;
}

/** Octets that no server may take for the end of a message: behind them a second envelope is hidden in the first. */
export interface SmugglingProbe extends ProbeBase {
  readonly kind: 'smuggling';
  readonly octets: string;
}

/** A message for `{inbound}` whose header names the address outside: it must not go there. */
export interface HeaderProbe extends ProbeBase {
  readonly kind: 'header';
  readonly fields: readonly string[];
}

/** A command in clear text glued to STARTTLS: it must not be obeyed within TLS. */
export interface InjectionProbe extends ProbeBase {
  readonly kind: 'injection';
}

export type Probe = EnvelopeProbe | CommandProbe | SmugglingProbe | HeaderProbe | InjectionProbe;

/** How the server is talked to while the probes are made. */
export interface Way {
  readonly id: WayId;
  readonly hello: 'EHLO' | 'HELO';
  readonly tls: boolean;
  /** A connection for each probe; else several in one, with RSET between. */
  readonly fresh: boolean;
}

export type WayId = `${'' | 'tls-'}${'ehlo' | 'helo'}${'' | '-fresh'}`;

/**
 * `relays`: it arrived. `accepts`: the reply was 2xx; what is accepted may still be dropped later. `refuses`: 5xx. `cannotTell`: the
 * server put it off, went away or was silent, or accepts any address there.
 */
export type Verdict = 'relays' | 'accepts' | 'refuses' | 'cannotTell';

export interface Utterance {
  readonly by: 'us' | 'server';
  /** One line, as octets in Latin-1 or, for ours, as it was written; never a password. */
  readonly text: string;
}

export interface Result {
  readonly probe: Probe;
  readonly way: WayId;
  readonly verdict: Verdict;
  /** In a sentence, without its full stop. */
  readonly reason: string;
  readonly dialogue: readonly Utterance[];
}

/** A probe or a way that was not tried, and why not. */
export interface Skipped {
  readonly what: string;
  readonly reason: string;
}

/** What the placeholders stand for. */
export interface Names {
  /** The server's own name. */
  readonly host: string;
  /** A domain it accepts. */
  readonly domain: string;
  /** Its address, without brackets. */
  readonly ip: string;
  /** Its address as a literal, `[192.0.2.1]` or `[IPv6:2001:db8::1]`. */
  readonly literal: string;
  /** Our own address as a literal, as this machine sees it. */
  readonly client: string;
  /** A recipient it should accept: `inbound`, or the postmaster of the domain. */
  readonly known: string;
  /** A recipient that takes real messages of the audit; empty when none was given. */
  readonly inbound: string;
  /** Where relayed mail would go. */
  readonly outside: string;
  /** A sender elsewhere. */
  readonly sender: string;
  /** The name we greet with. */
  readonly helo: string;
}
