/** What each grant opens, and whether it ever decides: the first grant that fits does, so earlier ones can cover it. */
import { locate } from '../policy/mod.ts';
import type { RuleRef } from '../policy/mod.ts';
import { countAddresses } from './address-sets.ts';
import { coverOf, uncovered } from './cover.ts';
import type { Fit } from './grants.ts';
import { productOf, setsOfGrant } from './grants.ts';
import { addressesOf, atomsOfRanges, recipientIn } from './partition/mod.ts';
import type { AtomSet, Product } from './products.ts';
import { refOf } from './rules.ts';
import { AT, contradiction, factsNeedingGrant, setsOfPoint } from './scene.ts';
import type { Scene } from './scene.ts';
import { intersect } from './spans.ts';
import type { AddressCount, AddressSet, Reach } from './types.ts';

/** Every grant, in the order of the configuration. */
export function reachOf(scene: Scene): readonly Reach[] {
  const { fits, space } = scene;
  const clients = new Map<AtomSet, { clients: AddressSet; count: AddressCount }>();
  const coverers = coverersOf(scene);
  return fits.map((fit, index) => {
    const [set] = fit.sets;
    if (set === undefined) throw new Error('a grant has a set of clients');
    let opened = clients.get(set);
    if (opened === undefined) {
      const addresses = addressesOf(space.clients, set.spans);
      opened = { clients: addresses, count: countAddresses(addresses) };
      clients.set(set, opened);
    }
    const reached = isReached(index, scene);
    const coveredBy = reached ? [] : coveredByOf(index, scene, coverers);
    return { source: fit.grant, ...opened, reached, coveredBy };
  });
}

/** The grant's product for those recipients that need a grant; undefined: nothing is in it. */
function needed(
  { sets, empty }: Pick<Fit, 'sets' | 'empty'>,
  { needing, products }: Scene,
): Product | undefined {
  const recipients = intersect(sets[AT.recipients]?.spans ?? [], needing);
  if (empty || recipients.length === 0) return undefined;
  return productOf(sets.with(AT.recipients, products.set(AT.recipients, recipients)), products);
}

/** Whether the grant decides for any facts. `decide()` has the last word that it does. */
function isReached(index: number, scene: Scene): boolean {
  const { fits, subject, needing, products } = scene;
  const fit = fits[index];
  if (fit === undefined || !subject.source.reroute) return false;
  const product = needed(fit, scene);
  if (product === undefined) return false;
  const { rule } = subject.policy.grants.grants[index] ?? {};
  // Most grants decide for the first facts that come to mind.
  const recipients = intersect(fit.sets[AT.recipients]?.spans ?? [], needing);
  const first = factsNeedingGrant(
    fit.sets.with(AT.recipients, products.set(AT.recipients, recipients)),
    scene,
  );
  if (first !== undefined && scene.ask(first).rule === rule) return true;
  const earlier = fits.slice(0, index).flatMap((other) => (other.empty ? [] : [other.product]));
  const point = uncovered(product, earlier);
  if (point === undefined) return false;
  const facts = factsNeedingGrant(setsOfPoint(point), scene);
  if (facts === undefined) return false; // such addresses cannot be written
  const decision = scene.ask(facts);
  if (decision.rule !== rule) throw contradiction(facts, `accepted by ${fit.grant.name}`, decision);
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

function coveredByOf(index: number, scene: Scene, coverers: readonly Coverer[]): readonly RuleRef[] {
  const { fits, subject, space, products } = scene;
  const fit = fits[index];
  if (fit === undefined || !subject.source.reroute) return [];
  const sets = setsOfGrant(fit.grant, space, products);
  if (sets[AT.moments]?.spans.length === 0) return []; // it has ended
  const product = needed({ sets, empty: false }, scene);
  if (product === undefined) return routesOf(fit, scene);
  const earlier = coverers.filter((coverer) => coverer.index < index);
  return coverOf(product, earlier, (coverer) => coverer.product).map(({ rule }) => rule);
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
