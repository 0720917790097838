/**
 * The exact difference of two policies: every fact, from now on, of which they make something different, and no other.
 *
 * What is compared are effects, see `effectOf()`: which rule decides is not one. Whether a mailbox exists is for the
 * directory to say; a recipient of a domain of ours is `inbound`, and its mailbox counts as known.
 *
 * Every change is shown to be one: `decide()` is asked by both policies for the example. If it does not answer what the
 * comparison says, there is a mistake in one of the two, and `difference()` throws.
 */
import { decide } from '../policy/mod.ts';
import type { Facts, PolicySource } from '../policy/mod.ts';
import { recipientGroups } from './behaviours.ts';
import type { Behaviour, RecipientGroup } from './behaviours.ts';
import { comparer } from './compare.ts';
import { PROHIBITED, effectOf } from './effects.ts';
import { exampleIn } from './examples.ts';
import { fitsOf, permittedClients } from './grants.ts';
import type { Fit } from './grants.ts';
import { factorsOf, onceEach, productsOver } from './products.ts';
import type { AtomSet, Product, Products, Whose } from './products.ts';
import { mergeAreas, regionWriter } from './regions.ts';
import type { Area } from './regions.ts';
import { changedLimits, renamedRules } from './rules.ts';
import { spaceOf, subjectOf } from './space.ts';
import type { Space, Subject } from './space.ts';
import { contains, intersect } from './spans.ts';
import type { SpanSet } from './spans.ts';
import type { Change, Difference, Effect } from './types.ts';

/** The recipients' place in the order of the dimensions. */
const RECIPIENTS = 4;

/** `now`: milliseconds since the epoch; what differs only before it is no difference. */
export function difference(
  before: PolicySource,
  after: PolicySource,
  { now }: { readonly now: number },
): Difference {
  const subjects: readonly [Subject, Subject] = [subjectOf(before), subjectOf(after)];
  const space = spaceOf(subjects, now);
  const products = productsOver(space);
  const areas = changedAreas(subjects, space, products);
  const writer = regionWriter(space);
  const changes = mergeAreas(areas, products).flatMap((area) =>
    writer.regionsOf(area).flatMap((written): Change[] => {
      const example = exampleIn(written, space, subjects);
      if (example === undefined) return []; // no such facts can be
      const effects = effectsOf(area, example, subjects);
      return [{ kind: KINDS[area.whose], region: written.region, ...effects, example }];
    }),
  );
  return {
    changes: KIND_ORDER.flatMap((kind) => changes.filter((change) => change.kind === kind)),
    renamed: renamedRules(before, after, space, products),
    limits: changedLimits(before, after, space, products),
  };
}

const KINDS = { after: 'opens', before: 'closes', both: 'alters' } as const satisfies Record<
  Whose,
  Change['kind']
>;
const KIND_ORDER: readonly Change['kind'][] = ['opens', 'closes', 'alters'];

interface ChangedArea extends Area {
  readonly whose: Whose;
  readonly before: string;
  readonly after: string;
}

function changedAreas(
  subjects: readonly [Subject, Subject],
  space: Space,
  products: Products,
): readonly ChangedArea[] {
  const unions = subjects.map((subject) => unionsOf(subject, space, products));
  const compare = { one: comparer(products, { both: false }), both: comparer(products, { both: true }) };
  return recipientGroups(subjects, space).flatMap((group): ChangedArea[] => {
    const [before, after] = group.behaviours;
    const [unionBefore, unionAfter] = unions;
    if (!before || !after || !unionBefore || !unionAfter) throw new Error('two policies are compared');
    const differ = before.accepted !== after.accepted;
    if (!differ && before.open === after.open && before.open !== 'grants' && before.open !== 'notNever')
      return [];
    const results = compare[differ ? 'both' : 'one'](unionBefore(before), unionAfter(after));
    // Thousands of results may concern the same recipients.
    const inGroup = onceEach((set) => products.set(RECIPIENTS, intersect(set.spans, group.atoms)));
    return results.flatMap((result) => areaOf(result, { group, before, after, inGroup }) ?? []);
  });
}

interface Compared {
  readonly group: RecipientGroup;
  readonly before: Behaviour;
  readonly after: Behaviour;
  /** Those recipients of a set that are in the group. */
  readonly inGroup: (recipients: AtomSet) => AtomSet;
}

function areaOf(result: Product, { group, before, after, inGroup }: Compared): ChangedArea | undefined {
  const { sets, whose } = factorsOf(result);
  const recipients = sets[RECIPIENTS] && inGroup(sets[RECIPIENTS]);
  if (whose === undefined || recipients === undefined)
    throw new Error('a comparison says whose its results are');
  if (recipients.spans.length === 0) return undefined;
  const texts = {
    before: whose === 'after' ? PROHIBITED : before.accepted,
    after: whose === 'before' ? PROHIBITED : after.accepted,
  };
  return {
    key: `${whose}: ${texts.before} / ${texts.after}`,
    sets: sets.with(RECIPIENTS, recipients),
    routing: group.routing,
    whose,
    ...texts,
  };
}

/** Whom a policy lets send to recipients that it treats so; the recipients themselves are not looked at but by grants. */
function unionsOf(
  subject: Subject,
  space: Space,
  products: Products,
): (behaviour: Behaviour) => readonly Product[] {
  const fits = fitsOf(subject, space, products).filter(({ empty }) => !empty);
  const all = fits.map(({ product }) => product);
  const permitted: SpanSet = permittedClients(subject, space);
  const notNever =
    permitted.length === 0 ? [] : [products.product(products.set(0, permitted), products.everything(1))];
  return ({ open, at }) => {
    switch (open) {
      case 'all':
        return [products.everything(0)];
      case 'none':
        return [];
      case 'notNever':
        return notNever;
      case 'grants':
        return at === undefined ? all : fits.flatMap((fit) => fitAt(fit, at, products) ?? []);
      default:
        return open satisfies never;
    }
  };
}

/** The grant for recipients that are looked up at `atom`, wherever they were written to; undefined: it does not fit them. */
function fitAt({ sets, product }: Fit, atom: number, products: Products): Product | undefined {
  const recipients = sets[RECIPIENTS];
  if (recipients === undefined || recipients.full) return product;
  if (!contains(recipients.spans, atom)) return undefined;
  return sets
    .with(RECIPIENTS, products.full(RECIPIENTS))
    .reduceRight((next, set) => products.product(set, next), products.everything(sets.length));
}

function effectsOf(
  area: ChangedArea,
  example: Facts,
  [before, after]: readonly [Subject, Subject],
): { readonly before: Effect; readonly after: Effect } {
  const effects = {
    before: effectOf(decide(example, before.policy)),
    after: effectOf(decide(example, after.policy)),
  };
  for (const side of ['before', 'after'] as const) {
    if (effects[side].text === area[side]) continue;
    const { client, recipient } = example;
    throw new Error(
      `compare policies: ${client.text} to ${recipient.address} must be ${area[side]} ${side}, but is ${effects[side].text}`,
    );
  }
  return effects;
}
