/** What two policies make something different of, in atoms, group by group of recipients. */
import type { RuleRef } from '../policy/mod.ts';
import { recipientGroups } from './behaviours.ts';
import type { Behaviour, RecipientGroup } from './behaviours.ts';
import { comparer } from './compare.ts';
import { decidersOf } from './deciders.ts';
import type { Deciders } from './deciders.ts';
import { PROHIBITED } from './effects.ts';
import { fitAt, fitsOf, permittedClients, productOf } from './grants.ts';
import type { Fit } from './grants.ts';
import { AT, factorsOf, onceEach } from './products.ts';
import type { AtomSet, Product, Products, Whose } from './products.ts';
import { mergeAreas } from './regions.ts';
import type { Area } from './regions.ts';
import type { Space, Subject } from './space.ts';
import { intersect } from './spans.ts';

/** An effect, and the rules that make it where mail is accepted. */
export interface Side {
  readonly text: string;
  readonly rules: readonly RuleRef[];
}

export interface ChangedArea extends Area {
  /** Who accepts: the policy before, the one after, or both, to another effect. */
  readonly whose: Whose;
  readonly before: Side;
  readonly after: Side;
}

/** Disjoint areas that together are all that changes, merged. */
export function changedAreas(
  subjects: readonly [Subject, Subject],
  space: Space,
  products: Products,
): readonly ChangedArea[] {
  const policies = [policyOf(subjects[0], space, products), policyOf(subjects[1], space, products)] as const;
  const compare = { one: comparer(products, { both: false }), both: comparer(products, { both: true }) };
  const areas = recipientGroups(subjects, space).flatMap((group): readonly ChangedArea[] => {
    const [before, after] = group.behaviours;
    if (before === undefined || after === undefined) throw new Error('two policies are compared');
    const differ = before.accepted !== after.accepted;
    if (!differ && before.open === after.open && (before.open === 'all' || before.open === 'none')) return [];
    const results = compare[differ ? 'both' : 'one'](policies[0].union(before), policies[1].union(after));
    // Thousands of results may concern the same recipients.
    const inGroup = onceEach((set) => products.set(AT.recipients, intersect(set.spans, group.atoms)));
    return results.flatMap((result) => areaOf(result, { group, before, after, inGroup, policies }) ?? []);
  });
  return mergeAreas(areas, products, joined);
}

/** What areas have beside their sets, put together. */
function joined(areas: readonly [ChangedArea, ...ChangedArea[]]): ChangedArea {
  const rules = (side: 'before' | 'after'): readonly RuleRef[] => [
    ...new Set(areas.flatMap((area) => area[side].rules)),
  ];
  const [first] = areas;
  return {
    ...first,
    before: { ...first.before, rules: rules('before') },
    after: { ...first.after, rules: rules('after') },
  };
}

interface Compared {
  readonly group: RecipientGroup;
  readonly before: Behaviour;
  readonly after: Behaviour;
  /** Those recipients of a set that are in the group. */
  readonly inGroup: (recipients: AtomSet) => AtomSet;
  readonly policies: readonly [PolicyInAtoms, PolicyInAtoms];
}

/** A result of the comparison for the recipients of a group; undefined: none of them is in it. */
function areaOf(
  result: Product,
  { group, before, after, inGroup, policies }: Compared,
): ChangedArea | undefined {
  const { sets, whose } = factorsOf(result);
  const named = sets[AT.recipients];
  const recipients = named && inGroup(named);
  if (whose === undefined || recipients === undefined) {
    throw new Error('a comparison says whose its results are');
  }
  if (recipients.spans.length === 0) return undefined;
  const texts = {
    before: whose === 'after' ? PROHIBITED : before.accepted,
    after: whose === 'before' ? PROHIBITED : after.accepted,
  };
  const area = {
    key: `${whose}: ${texts.before} / ${texts.after}`,
    sets: sets.with(AT.recipients, recipients),
    routing: group.routing,
  };
  return {
    ...area,
    whose,
    before: { text: texts.before, rules: whose === 'after' ? [] : policies[0].deciders(area, before) },
    after: { text: texts.after, rules: whose === 'before' ? [] : policies[1].deciders(area, after) },
  };
}

interface PolicyInAtoms {
  /** Whom the policy lets send to recipients that it treats so; only grants look at the recipients themselves. */
  readonly union: (behaviour: Behaviour) => readonly Product[];
  readonly deciders: Deciders;
}

function policyOf(subject: Subject, space: Space, products: Products): PolicyInAtoms {
  const fits = fitsOf(subject, space, products).filter(({ empty }) => !empty);
  const all = fits.map(({ product }) => product);
  const permitted = permittedClients(subject, space);
  const notNever =
    permitted.length === 0
      ? []
      : [products.product(products.set(AT.clients, permitted), products.everything(1))];
  const union = ({ open, at }: Behaviour): readonly Product[] => {
    switch (open) {
      case 'all':
        return [products.everything(0)];
      case 'none':
        return [];
      case 'notNever':
        return notNever;
      case 'grants':
        return at === undefined ? all : fits.flatMap((fit) => productAt(fit, at, products));
      default:
        return open satisfies never;
    }
  };
  return { union, deciders: decidersOf(subject, fits, space, products) };
}

function productAt(fit: Fit, atom: number, products: Products): readonly Product[] {
  const sets = fitAt(fit, atom, products);
  return sets === undefined ? [] : [productOf(sets, products)];
}
