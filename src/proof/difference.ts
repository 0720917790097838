/**
 * The exact difference of two policies: every fact, from now on, of which they make something different, and no other.
 *
 * What is compared are effects, see `effectText()`: which rule decides is not one. Whether a mailbox exists is for the
 * directory to say; a recipient of a domain of ours is `inbound`, and its mailbox counts as known.
 *
 * Every change is shown to be one: `decide()` is asked by both policies for the example. If it does not answer what the
 * comparison says, there is a mistake in one of the two, and `difference()` throws.
 */
import { decide } from '../policy/mod.ts';
import type { Facts, PolicySource } from '../policy/mod.ts';
import { changedAreas } from './changed-areas.ts';
import type { ChangedArea, Side } from './changed-areas.ts';
import { effectText } from './effects.ts';
import { exampleIn } from './examples.ts';
import { productsOver } from './products.ts';
import type { Whose } from './products.ts';
import { regionWriter } from './regions.ts';
import { changedLimits, renamedRules } from './rules.ts';
import { spaceOf, subjectOf } from './space.ts';
import type { Subject } from './space.ts';
import type { Change, Difference, Effect } from './types.ts';

/** `now`: milliseconds since the epoch; what differs only before it is no difference. */
export function difference(
  before: PolicySource,
  after: PolicySource,
  { now }: { readonly now: number },
): Difference {
  const subjects: readonly [Subject, Subject] = [subjectOf(before), subjectOf(after)];
  const space = spaceOf(subjects, now);
  const products = productsOver(space);
  const writer = regionWriter(space);
  const changes = changedAreas(subjects, space, products).flatMap((area) =>
    writer.regionsOf(area).flatMap((written): Change[] => {
      const example = exampleIn(written, space, subjects);
      if (example === undefined) return []; // no such facts can be
      const effects = {
        before: effectOf('before', area, example, subjects[0]),
        after: effectOf('after', area, example, subjects[1]),
      };
      return [{ kind: KINDS[area.whose], region: written.region, ...effects, example }];
    }),
  );
  return {
    changes: inOrder(changes),
    renamed: renamedRules(before, after, space, products),
    limits: changedLimits(before, after, space, products),
  };
}

const KINDS = { after: 'opens', before: 'closes', both: 'alters' } as const satisfies Record<
  Whose,
  Change['kind']
>;
const KIND_ORDER: readonly Change['kind'][] = ['opens', 'closes', 'alters'];

/** Openings first; of each kind what concerns only routing characters last, since hardly any mail has them. */
function inOrder(changes: readonly Change[]): readonly Change[] {
  const isRare = ({ region }: Change): boolean => region.routingCharacters === true;
  return KIND_ORDER.flatMap((kind) => {
    const ofKind = changes.filter((change) => change.kind === kind);
    return [...ofKind.filter((change) => !isRare(change)), ...ofKind.filter(isRare)];
  });
}

function effectOf(side: 'before' | 'after', area: ChangedArea, example: Facts, { policy }: Subject): Effect {
  const { text, rules }: Side = area[side];
  const decision = decide(example, policy);
  const decided = effectText(decision);
  if (decided !== text) {
    const { client, recipient } = example;
    throw new Error(
      `compare policies: ${client.text} to ${recipient.address} must be ${text} ${side}, but is ${decided}`,
    );
  }
  return { decision, text, rules: [decision.rule, ...rules.filter((rule) => rule !== decision.rule)] };
}
