/**
 * `protectFrom`: who writes a domain of ours into From without being known to us. As for routes, the most specific entry says
 * what holds for a domain: an entry for a subdomain without `protectFrom` is an exception.
 */
import { compileBelow, findBelow } from '../policy/mod.ts';
import type { Below, RouteSource } from '../policy/mod.ts';
import type { FieldAddresses, Mailbox } from '../mail/mod.ts';
import { PASS, type Action, type Verdict } from './types.ts';
import { strictest } from './verdicts.ts';

interface Entry {
  readonly pattern: string;
  readonly action: Action | undefined;
}

export interface Protection {
  readonly exact: ReadonlyMap<string, Entry>;
  readonly below: Below<Entry>;
  /**
   * What becomes of a From that cannot be read: it may show any domain to its reader, so the strictest of what is configured.
   * Undefined: nothing is protected.
   */
  readonly unreadable: Action | undefined;
}

export function compileProtection(routes: readonly RouteSource[]): Protection {
  const exact = new Map<string, Entry>();
  const below = new Map<string, Entry>();
  for (const { domain, subdomains, protectFrom } of routes) {
    const pattern = subdomains ? `*.${domain}` : domain;
    (subdomains ? below : exact).set(domain, Object.freeze({ pattern, action: protectFrom }));
  }
  const actions = new Set(routes.map(({ protectFrom }) => protectFrom));
  const softer = actions.has('quarantine') ? 'quarantine' : undefined;
  return Object.freeze({
    exact,
    below: compileBelow(below),
    unreadable: actions.has('refuse') ? 'refuse' : softer,
  });
}

/** The verdict on the From of a stranger. */
export function judgeFrom(protection: Protection, from: FieldAddresses): Verdict {
  const { unreadable } = protection;
  if (unreadable === undefined) return PASS;
  if (from !== 'unparsable') return strictest(from.map((address) => judgeAddress(protection, address)));
  return { kind: unreadable, rule: { kind: 'protectFrom', pattern: undefined, address: undefined } };
}

function judgeAddress({ exact, below }: Protection, { domain, address }: Mailbox): Verdict {
  const entry = exact.get(domain) ?? findBelow(below, domain);
  if (entry?.action === undefined) return PASS;
  return { kind: entry.action, rule: { kind: 'protectFrom', pattern: entry.pattern, address } };
}
