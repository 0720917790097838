/** Which rules let mail in, somewhere in an area: the routes of its recipients, or the grants that come first there. */
import { decide, locate } from '../policy/mod.ts';
import type { RuleRef } from '../policy/mod.ts';
import type { Behaviour } from './behaviours.ts';
import { uncovered } from './cover.ts';
import { exampleIn } from './examples.ts';
import { fitAt, productOf } from './grants.ts';
import type { Fit } from './grants.ts';
import { recipientIn, withoutLocalPart } from './partition/mod.ts';
import { AT, onceEach } from './products.ts';
import type { AtomSet, Products } from './products.ts';
import type { Area } from './regions.ts';
import type { Space, Subject } from './space.ts';
import { intersect, meets } from './spans.ts';
import { sweep } from './sweep.ts';

/** More grants than these are all named, also one that others take everything from: nobody reads them one by one. */
const MANY = 500;

/** The rules of a policy that accept what is in the area, whose recipients it treats so. */
export type Deciders = (area: Area, behaviour: Behaviour) => readonly RuleRef[];

export function decidersOf(
  subject: Subject,
  fits: readonly Fit[],
  space: Space,
  products: Products,
): Deciders {
  const near = grantsNear(fits);
  const routes = onceEach((recipients) => routesOf(recipients, subject, space));
  return (area, { open, at }) => {
    if (open !== 'grants') return routes(setOf(area, AT.recipients));
    const found = near(setOf(area, AT.clients)).flatMap((fit): Found[] => {
      const sets = at === undefined ? fit.sets : fitAt(fit, at, products);
      if (sets === undefined || !sets.every((set, i) => meetsSet(set, setOf(area, i)))) return [];
      return [{ fit, sets: common(sets, area, products) }];
    });
    if (found.length > MANY) return found.map(({ fit }) => refOf(fit));
    return found.filter((one, i) => decides(one, found.slice(0, i))).map(({ fit }) => refOf(fit));

    function decides({ fit, sets }: Found, earlier: readonly Found[]): boolean {
      const facts = exampleIn({ sets, routing: area.routing }, space, [subject]);
      if (facts !== undefined && decide(facts, subject.policy).rule === refOf(fit)) return true;
      const others = earlier.map((other) => productOf(other.sets, products));
      return uncovered(productOf(sets, products), others) !== undefined;
    }
  };

  function refOf({ index }: Fit): RuleRef {
    const grant = subject.policy.grants.grants[index];
    if (grant === undefined) throw new Error(`there is no grant ${index}`);
    return grant.rule;
  }
}

interface Found {
  readonly fit: Fit;
  /** What of the area the grant fits. */
  readonly sets: readonly AtomSet[];
}

function setOf({ sets }: Area, dimension: number): AtomSet {
  const set = sets[dimension];
  if (set === undefined) throw new Error('an area has a set for every dimension');
  return set;
}

function meetsSet(a: AtomSet, b: AtomSet): boolean {
  return a === b || a.full || b.full || meets(a.spans, b.spans);
}

function common(sets: readonly AtomSet[], area: Area, products: Products): readonly AtomSet[] {
  return sets.map((set, i) => {
    const other = setOf(area, i);
    if (set === other || other.full) return set;
    return set.full ? other : products.set(i, intersect(set.spans, other.spans));
  });
}

/** The grants that have some of the clients, in the order of the configuration. */
function grantsNear(fits: readonly Fit[]): (clients: AtomSet) => readonly Fit[] {
  const bySet = new Map<AtomSet, { set: AtomSet; fits: Fit[] }>();
  for (const fit of fits) {
    const [set] = fit.sets;
    if (set === undefined || fit.empty) continue;
    const member = bySet.get(set) ?? { set, fits: [] };
    bySet.set(set, member);
    member.fits.push(fit);
  }
  const stretches = sweep([...bySet.values()], () => true)
    .flatMap(({ members, spans }) => spans.map(({ first, last }) => ({ first, last, members })))
    .sort((a, b) => a.first - b.first);
  return onceEach(({ spans }) => {
    const found = new Set<Fit>();
    for (const { first, last } of spans) {
      for (let i = firstFrom(stretches, first); (stretches[i]?.first ?? Infinity) <= last; i += 1) {
        for (const member of stretches[i]?.members ?? []) for (const fit of member.fits) found.add(fit);
      }
    }
    return [...found].sort((a, b) => a.index - b.index);
  });
}

/** The index of the first stretch that ends at or after the atom. */
function firstFrom(stretches: readonly { readonly last: number }[], atom: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.last ?? Infinity) < atom) low = middle + 1;
    else high = middle;
  }
  return low;
}

function routesOf({ spans }: AtomSet, { policy }: Subject, { recipients }: Space): readonly RuleRef[] {
  const rules = new Set<RuleRef>();
  const seen = new Set<unknown>();
  for (const cell of spans.flatMap(({ first, last }) => recipients.cells.slice(first, last + 1))) {
    const whole = withoutLocalPart(recipients, cell);
    if (seen.has(whole)) continue;
    seen.add(whole);
    const recipient = recipientIn(recipients, whole, false) ?? recipientIn(recipients, whole, true);
    const route = recipient && locate(recipient, policy).route;
    if (route !== undefined) rules.add(route.rule);
  }
  return [...rules];
}
