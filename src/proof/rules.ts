/** Rules of two policies that mean the same under another name, or carry another amount under the same meaning. */
import type { GrantSource, Limit, PolicySource, RuleRef } from '../policy/mod.ts';
import { setsOfGrant } from './grants.ts';
import { atomsOfRanges } from './partition/mod.ts';
import type { Products } from './products.ts';
import type { Space } from './space.ts';
import type { Difference } from './types.ts';

/** A rule, its name, and a text that is the same for rules of the same meaning. */
interface Meaning {
  readonly ref: Extract<RuleRef, { name: string }>;
  readonly meaning: string;
}

/** Rules whose name went, each with the first rule of the same meaning whose name is new. */
export function renamedRules(
  before: PolicySource,
  after: PolicySource,
  space: Space,
  products: Products,
): Difference['renamed'] {
  const [old, now] = [before, after].map((source) => meaningsOf(source, space, products));
  const gone = namesMissing(old ?? [], now ?? []);
  const fresh = namesMissing(now ?? [], old ?? []);
  const byMeaning = new Map<string, Meaning[]>();
  for (const rule of fresh) byMeaning.set(rule.meaning, [...(byMeaning.get(rule.meaning) ?? []), rule]);
  return gone.flatMap(({ ref, meaning }) => {
    const [successor, ...others] = byMeaning.get(meaning) ?? [];
    if (successor === undefined) return [];
    byMeaning.set(meaning, others);
    return [{ before: ref, after: successor.ref }];
  });
}

function namesMissing(rules: readonly Meaning[], elsewhere: readonly Meaning[]): readonly Meaning[] {
  const names = new Set(elsewhere.map(({ ref }) => `${ref.kind} ${ref.name}`));
  return rules.filter(({ ref }) => !names.has(`${ref.kind} ${ref.name}`));
}

function meaningsOf(source: PolicySource, space: Space, products: Products): readonly Meaning[] {
  const never = source.never.map(({ name, place, from }): Meaning => {
    const { id } = products.set(0, atomsOfRanges(space.clients, from));
    return { ref: { kind: 'never', name, place }, meaning: `never ${id}` };
  });
  const grants = source.allow.map((grant): Meaning => {
    const sets = setsOfGrant(grant, space, products);
    return { ref: refOf(grant), meaning: `grant ${sets.map(({ id }) => id).join()}` };
  });
  return [...never, ...grants];
}

/** Grants that kept their name, or were only renamed, and carry another amount now. */
export function changedLimits(
  before: PolicySource,
  after: PolicySource,
  space: Space,
  products: Products,
): Difference['limits'] {
  const now = new Map(after.allow.map((grant) => [grant.name, grant]));
  const newNames = new Map(
    renamedRules(before, after, space, products).flatMap((pair) =>
      pair.before.kind === 'grant' && pair.after.kind === 'grant'
        ? [[pair.before.name, pair.after.name]]
        : [],
    ),
  );
  return before.allow.flatMap((grant) => {
    const successor = now.get(newNames.get(grant.name) ?? grant.name);
    if (successor === undefined || sameLimits(grant.limits ?? [], successor.limits ?? [])) return [];
    const refs = { before: refOf(grant), after: refOf(successor) };
    return [{ ...refs, limitsBefore: grant.limits ?? [], limitsAfter: successor.limits ?? [] }];
  });
}

/** All of several limits hold at once, so their order says nothing. */
function sameLimits(a: readonly Limit[], b: readonly Limit[]): boolean {
  const texts = [a, b].map((limits) => limits.map(limitText).sort().join());
  return texts[0] === texts[1];
}

function limitText({ recipients, periodMs, burst, per }: Limit): string {
  return `${recipients} ${periodMs} ${burst} ${per}`;
}

export function refOf({ name, place }: GrantSource): Extract<RuleRef, { kind: 'grant' }> {
  return { kind: 'grant', name, place };
}
