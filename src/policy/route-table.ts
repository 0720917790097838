/**
 * The routing table, compiled: the most specific entry wins, and the order of entries never matters.
 *
 * An entry for a domain itself beats every `*.` entry, and a longer `*.` entry beats a shorter one. Whole labels only:
 * `*.sea.test` fits x.sea.test, neither sea.test nor chelsea.test.
 */
import type { Domain, DomainLiteral } from '../mail/mod.ts';
import { compileBelow, findBelow } from './below.ts';
import type { Below } from './below.ts';
import type { Destination, Place, PolicySource, RouteSource, RuleRef } from './types.ts';

interface RouteBase {
  /** As an administrator writes it: `x.test`, `*.x.test`, `[192.0.2.1]`. */
  readonly pattern: string;
  readonly place: Place;
  readonly rule: Extract<RuleRef, { kind: 'route' }>;
}

/** A route that ends the search. */
export interface FinalRoute extends RouteBase {
  readonly kind: 'inbound' | 'forward' | 'alwaysRelay';
  readonly destination: Destination;
}

/** A route that replaces the domain; the recipient is then looked up again. */
export interface RewriteRoute extends RouteBase {
  readonly kind: 'rewrite';
  readonly to: Domain;
}

export type Route = FinalRoute | RewriteRoute;

export interface RouteTable {
  /** By domain, and by literal. */
  readonly exact: ReadonlyMap<string, Route>;
  /** By the domain below which the route holds. */
  readonly below: Below<Route>;
  /** How many entries there are. */
  readonly size: number;
}

/** Builds the table; of two entries with the same pattern, which `validatePolicy()` reports, the later one stays. */
export function compileRoutes(source: Pick<PolicySource, 'routes' | 'literals'>): RouteTable {
  const exact = new Map<string, Route>();
  const below = new Map<string, Route>();
  for (const entry of source.routes) {
    (entry.subdomains ? below : exact).set(entry.domain, compileRoute(entry));
  }
  for (const { literal, place } of source.literals) {
    const base = routeBase(literal, place);
    exact.set(literal, Object.freeze({ ...base, kind: 'inbound', destination: INBOUND }));
  }
  return Object.freeze({
    exact,
    below: compileBelow(below),
    size: source.routes.length + source.literals.length,
  });
}

/** The entry that decides for `domain`; undefined when there is none. A literal has only the entry that names it. */
export function findRoute(table: RouteTable, domain: Domain | DomainLiteral): Route | undefined {
  return table.exact.get(domain) ?? findBelow(table.below, domain);
}

/** The pattern as the configuration writes it. */
export function routePattern(entry: Pick<RouteSource, 'domain' | 'subdomains'>): string {
  return entry.subdomains ? `*.${entry.domain}` : entry.domain;
}

const INBOUND: Destination = Object.freeze({ kind: 'inbound' });
/** By MX or by the smarthost: what no route of ours says otherwise of. */
export const OUTBOUND: Destination = Object.freeze({ kind: 'outbound' });

function compileRoute(entry: RouteSource): Route {
  const base = routeBase(routePattern(entry), entry.place);
  const { action } = entry;
  switch (action.kind) {
    case 'inbound':
      return Object.freeze({ ...base, kind: action.kind, destination: INBOUND });
    case 'forward': {
      const destination = Object.freeze({ kind: action.kind, to: Object.freeze({ ...action.to }) });
      return Object.freeze({ ...base, kind: action.kind, destination });
    }
    case 'rewrite':
      return Object.freeze({ ...base, kind: action.kind, to: action.to });
    case 'alwaysRelay':
      return Object.freeze({ ...base, kind: action.kind, destination: OUTBOUND });
    default:
      return action satisfies never;
  }
}

function routeBase(pattern: string, place: Place): RouteBase {
  return { pattern, place, rule: Object.freeze({ kind: 'route', pattern, place }) };
}
