/** The ways in which a server is talked to, and which probes make sense in which. */
import type { Need, Probe, Way, WayId } from './types.ts';

function way(id: WayId, hello: Way['hello'], { tls = false, fresh = false } = {}): Way {
  return { id, hello, tls, fresh };
}

/** In the order in which they are tried. */
export const WAYS: readonly Way[] = [
  way('ehlo', 'EHLO'),
  way('helo', 'HELO'),
  way('ehlo-fresh', 'EHLO', { fresh: true }),
  way('helo-fresh', 'HELO', { fresh: true }),
  way('tls-ehlo', 'EHLO', { tls: true }),
  way('tls-helo', 'HELO', { tls: true }),
  way('tls-ehlo-fresh', 'EHLO', { tls: true, fresh: true }),
  way('tls-helo-fresh', 'HELO', { tls: true, fresh: true }),
];

/** What this audit has for its probes. */
export interface Means {
  readonly inbound: boolean;
  readonly sink: boolean;
  /** What the server offers in this way: keyword in upper case and its parameters; empty after HELO. */
  readonly extensions: ReadonlyMap<string, string>;
}

/**
 * Whether a probe is one of this way at all. What changes the connection itself (the greeting, TLS, octets before it) is tried
 * after EHLO on connections of its own; what concerns AUTH only after EHLO.
 */
export function belongs(probe: Probe, { hello, fresh, tls }: Way): boolean {
  // HELO offers nothing.
  if (hello === 'HELO' && probe.needs?.some(({ kind }) => kind === 'extension' || kind === 'mechanism'))
    return false;
  switch (probe.kind) {
    case 'envelope': {
      const steps = [...(probe.before ?? []), ...(probe.between ?? [])];
      const upgrades = steps.some((step) => typeof step === 'object' && 'upgrade' in step);
      if (upgrades && tls) return false;
      if (probe.first !== undefined && tls) return false;
      if (probe.first !== undefined || probe.greeting !== undefined || upgrades)
        return hello === 'EHLO' && fresh;
      // A login is tried once in each kind of connection: failures may be counted against us.
      if (probe.family === 'login') return hello === 'EHLO' && !fresh;
      return true;
    }
    case 'command':
    case 'smuggling':
    case 'header':
      return hello === 'EHLO' && fresh;
    case 'injection':
      return hello === 'EHLO' && fresh && !tls;
    default:
      return probe satisfies never;
  }
}

/** Why a probe of this way cannot be tried; undefined when it can. */
export function missing(probe: Probe, means: Means): string | undefined {
  for (const need of needsOf(probe)) {
    const reason = lack(need, means);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function needsOf(probe: Probe): readonly Need[] {
  const own = probe.needs ?? [];
  if (probe.kind === 'smuggling') return [...own, { kind: 'inbound' }];
  if (probe.kind === 'header') return [...own, { kind: 'inbound' }, { kind: 'sink' }];
  if (probe.kind === 'injection') return [...own, { kind: 'extension', keyword: 'STARTTLS' }];
  return own;
}

function lack(need: Need, { inbound, sink, extensions }: Means): string | undefined {
  switch (need.kind) {
    case 'inbound':
      return inbound
        ? undefined
        : 'it needs --inbound ADDRESS, a recipient here that may get messages of the audit';
    case 'sink':
      return sink ? undefined : 'it needs --sink ADDRESS:PORT, to see what is sent on';
    case 'extension':
      return extensions.has(need.keyword) ? undefined : `the server does not offer ${need.keyword}`;
    case 'mechanism': {
      const offered = (extensions.get('AUTH') ?? '').toUpperCase().split(/\s+/);
      return offered.includes(need.name) ? undefined : `the server does not offer AUTH ${need.name}`;
    }
    default:
      return need satisfies never;
  }
}
