/** What each grant opens, and whether it ever decides: the first grant that fits does, so earlier ones can cover it. */
import { locate } from '../policy/mod.ts';
import type { RuleRef } from '../policy/mod.ts';
import { countAddresses } from './address-sets.ts';
import { coverOf, uncovered } from './cover.ts';
import type { Fit } from './grants.ts';
import { productOf, setsOfGrant } from './grants.ts';
import { addressesOf, atomsOfRanges, recipientIn } from './partition/mod.ts';
import { onceEach } from './products.ts';
import type { AtomSet, Product } from './products.ts';
import { refOf } from './rules.ts';
import { AT } from './products.ts';
import { contradiction, factsNeedingGrant, setsOfPoint } from './scene.ts';
import type { Scene } from './scene.ts';
import { intersect } from './spans.ts';
import type { Reach } from './types.ts';

/** Every grant, in the order of the configuration. */
export function reachOf(scene: Scene): readonly Reach[] {
  const { fits, space } = scene;
  // Many grants have the same clients, or the same recipients: all.
  const opened = onceEach((set: AtomSet) => {
    const clients = addressesOf(space.clients, set.spans);
    return { clients, count: countAddresses(clients) };
  });
  const needing = onceEach((set: AtomSet) =>
    scene.products.set(AT.recipients, intersect(set.spans, scene.needing)),
  );
  let coverers: readonly Coverer[] | undefined;
  return fits.map((fit, index) => {
    const clients = opened(setAt(fit.sets, AT.clients));
    const box = { sets: withRecipients(fit.sets, needing), index };
    const reached = isReached(box, scene);
    coverers ??= reached ? undefined : coverersOf(scene);
    const coveredBy = reached ? [] : coveredByOf(fit, index, needing, scene, coverers ?? []);
    return { source: fit.grant, ...clients, reached, coveredBy };
  });
}

type Sets = readonly AtomSet[];

function setAt(sets: Sets, dimension: number): AtomSet {
  const set = sets[dimension];
  if (set === undefined) throw new Error('a grant has a set for every dimension');
  return set;
}

/** The sets of a grant with those of its recipients that need a grant. */
function withRecipients(sets: Sets, needing: (set: AtomSet) => AtomSet): Sets {
  return sets.with(AT.recipients, needing(setAt(sets, AT.recipients)));
}

function isEmpty(sets: Sets): boolean {
  return sets.some(({ spans }) => spans.length === 0);
}

/** Whether the grant decides for any facts. `decide()` has the last word that it does. */
function isReached({ sets, index }: { readonly sets: Sets; readonly index: number }, scene: Scene): boolean {
  const { fits, subject, products } = scene;
  if (!subject.source.reroute || isEmpty(sets)) return false;
  const { rule } = subject.policy.grants.grants[index] ?? {};
  // Most grants decide for the first facts that come to mind.
  const first = factsNeedingGrant(sets, scene);
  if (first !== undefined && scene.ask(first).rule === rule) return true;
  const earlier = fits.slice(0, index).flatMap((other) => (other.empty ? [] : [other.product]));
  const point = uncovered(productOf(sets, products), earlier);
  if (point === undefined) return false;
  const facts = factsNeedingGrant(setsOfPoint(point), scene);
  if (facts === undefined) return false; // such addresses cannot be written
  const decision = scene.ask(facts);
  if (decision.rule !== rule) throw contradiction(facts, `accepted by grant ${index + 1}`, decision);
  return true;
}

interface Coverer {
  readonly rule: RuleRef;
  readonly product: Product;
  /** The place of a grant in the configuration; a never rule comes before all. */
  readonly index: number;
}

function coverersOf({ subject, space, products, fits }: Scene): readonly Coverer[] {
  const never = subject.source.never.map(({ name, place, from }): Coverer => {
    const set = products.set(AT.clients, atomsOfRanges(space.clients, from));
    const product = products.product(set, products.everything(1));
    return { rule: { kind: 'never', name, place }, product, index: -1 };
  });
  // With the clients of never rules: a grant that covers another one does so alone.
  const grants = fits.flatMap(({ grant }, index): Coverer[] => {
    const sets = setsOfGrant(grant, space, products);
    if (sets.some(({ spans }) => spans.length === 0)) return [];
    return [{ rule: refOf(grant), product: productOf(sets, products), index }];
  });
  return [...never, ...grants];
}

function coveredByOf(
  fit: Fit,
  index: number,
  needing: (set: AtomSet) => AtomSet,
  scene: Scene,
  coverers: readonly Coverer[],
): readonly RuleRef[] {
  const { subject, space, products } = scene;
  if (!subject.source.reroute) return [];
  const own = setsOfGrant(fit.grant, space, products);
  if (setAt(own, AT.moments).spans.length === 0) return []; // it has ended
  const sets = withRecipients(own, needing);
  if (setAt(sets, AT.recipients).spans.length === 0) return routesOf(fit, scene);
  const earlier = coverers.filter((coverer) => coverer.index < index);
  return coverOf(productOf(sets, products), earlier, ({ product }) => product).map(({ rule }) => rule);
}

/** The routes of the recipients that a grant names. */
function routesOf({ sets }: Fit, { space, subject }: Scene): readonly RuleRef[] {
  const { recipients } = space;
  const rules = new Set<RuleRef>();
  for (const { first, last } of sets[AT.recipients]?.spans ?? []) {
    for (const cell of recipients.cells.slice(first, last + 1)) {
      const recipient = recipientIn(recipients, cell, false) ?? recipientIn(recipients, cell, true);
      const route = recipient && locate(recipient, subject.policy).route;
      if (route !== undefined) rules.add(route.rule);
    }
  }
  return [...rules];
}
