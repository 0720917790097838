/** The policy in the form in which it is asked. Made once for a configuration, never changed, shared by all sessions. */
import type { Domain } from '../mail/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import { compileGrants } from './grants.ts';
import type { GrantTable } from './grants.ts';
import { buildRangeTable, findBlock, firstRule } from './range-table.ts';
import type { RangeTable } from './range-table.ts';
import { compileRoutes } from './route-table.ts';
import type { RouteTable } from './route-table.ts';
import type { NeverSource, PolicySource, RuleRef } from './types.ts';
import { validatePolicy } from './validate.ts';

export type NeverRef = Extract<RuleRef, { kind: 'never' }>;

export interface NeverRule {
  readonly rule: NeverRef;
  /** As configured, for explanations. */
  readonly source: NeverSource;
}

export interface Policy {
  readonly reroute: boolean;
  /** The domain of `<postmaster>` without a domain. */
  readonly postmasterDomain: Domain;
  readonly routes: RouteTable;
  readonly never: {
    /** In configuration order. */
    readonly rules: readonly NeverRule[];
    readonly clients: RangeTable;
  };
  readonly grants: GrantTable;
}

/**
 * Compiles a validated configuration. Throws when `validatePolicy()` has something to report: such a configuration must
 * have been refused before.
 */
export function compilePolicy(source: PolicySource): Policy {
  const [problem] = validatePolicy(source);
  if (problem !== undefined) throw new Error(`compile a policy that is not valid: ${problem.message}`);
  return Object.freeze({
    reroute: source.reroute,
    postmasterDomain: source.postmasterDomain,
    routes: compileRoutes(source),
    never: Object.freeze({
      rules: Object.freeze(source.never.map(compileNever)),
      clients: buildRangeTable(source.never.map(({ from }) => from)),
    }),
    grants: compileGrants(source.allow),
  });
}

/** The first never rule, in configuration order, whose ranges hold `client`. */
export function neverRuleFor(client: IpAddress, policy: Policy): NeverRule | undefined {
  const first = firstRule(findBlock(policy.never.clients, client));
  return first === undefined ? undefined : policy.never.rules[first];
}

function compileNever(source: NeverSource): NeverRule {
  const { name, place } = source;
  return Object.freeze({ rule: Object.freeze({ kind: 'never', name, place }), source });
}
