/** What must not be in a policy because it has no meaning; checked before a policy is compiled. */
import { compileRoutes, findRoute, routePattern } from './route-table.ts';
import type { RewriteRoute, Route } from './route-table.ts';
import type { IpRange } from '../std/mod.ts';
import type { GrantSource, NeverSource, Place, PolicySource } from './types.ts';

export interface PolicyProblem {
  readonly kind: 'duplicateRoute' | 'rewriteCycle' | 'emptyList' | 'badRange' | 'openGrant';
  /** A sentence for the administrator, with the names it concerns. */
  readonly message: string;
  readonly place: Place;
}

/** Every problem; an empty list means that `compilePolicy()` accepts it. */
export function validatePolicy(source: PolicySource): readonly PolicyProblem[] {
  return [
    ...duplicateRoutes(source),
    ...rewriteCycles(source),
    ...source.never.flatMap((rule) => badLists(rule, { from: rule.from })),
    ...source.allow.flatMap(grantProblems),
  ];
}

function duplicateRoutes(source: PolicySource): readonly PolicyProblem[] {
  const first = new Map<string, Place>();
  const problems: PolicyProblem[] = [];
  const entries = [
    ...source.routes.map((entry) => ({ pattern: routePattern(entry), place: entry.place })),
    ...source.literals.map(({ literal, place }) => ({ pattern: String(literal), place })),
  ];
  for (const { pattern, place } of entries) {
    const earlier = first.get(pattern);
    if (earlier === undefined) {
      first.set(pattern, place);
      continue;
    }
    const message = `${pattern} has a route already (line ${earlier.line}); a domain has one route.`;
    problems.push({ kind: 'duplicateRoute', message, place });
  }
  return problems;
}

/**
 * A rewrite leads to one domain, so the rewrites are a graph with at most one edge from each: every walk either ends or
 * comes back to a rewrite it has used. Each cycle is reported once, at the rewrite where it is first entered.
 */
function rewriteCycles(source: PolicySource): readonly PolicyProblem[] {
  const table = compileRoutes(source);
  const walked = new Set<RewriteRoute>();
  const problems: PolicyProblem[] = [];
  for (const start of [...table.exact.values(), ...table.below.byDomain.values()]) {
    const path: RewriteRoute[] = [];
    let route: Route | undefined = start;
    while (route?.kind === 'rewrite' && !walked.has(route)) {
      walked.add(route);
      path.push(route);
      route = findRoute(table, route.to);
    }
    if (route?.kind !== 'rewrite') continue;
    const entered = path.indexOf(route);
    if (entered === -1) continue;
    const message = describeCycle(path.slice(entered), route);
    problems.push({ kind: 'rewriteCycle', message, place: route.place });
  }
  return problems;
}

function describeCycle(cycle: readonly RewriteRoute[], entry: RewriteRoute): string {
  const steps = cycle.map(({ to }) => to).join(', then to ');
  return `The rewrite of ${entry.pattern} comes back to itself: to ${steps}.`;
}

function grantProblems(grant: GrantSource): readonly PolicyProblem[] {
  const { authenticated, from, connectingTo, senders, recipients } = grant;
  const accounts = authenticated === 'any' ? undefined : authenticated;
  const problems = badLists(grant, { authenticated: accounts, from, connectingTo, senders, recipients });
  if (authenticated !== undefined || from !== undefined || connectingTo !== undefined) return problems;
  const message = `${grant.name} would let anyone relay: it needs authenticated, from or connectingTo.`;
  return [...problems, { kind: 'openGrant', message, place: grant.place }];
}

type Lists = Readonly<Record<string, readonly unknown[] | undefined>> & {
  readonly from?: readonly IpRange[] | undefined;
  readonly connectingTo?: readonly IpRange[] | undefined;
};

function badLists({ name, place }: GrantSource | NeverSource, lists: Lists): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const [key, list] of Object.entries(lists)) {
    if (list?.length !== 0) continue;
    const message = `${key} of ${name} is empty; an empty list never means everyone.`;
    problems.push({ kind: 'emptyList', message, place });
  }
  for (const range of [...(lists.from ?? []), ...(lists.connectingTo ?? [])]) {
    if (range.first <= range.last) continue;
    problems.push({ kind: 'badRange', message: `A range of ${name} ends before it begins.`, place });
  }
  return problems;
}
