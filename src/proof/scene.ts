/** One policy in atoms: what the parts of a proof look at. */
import { decide } from '../policy/mod.ts';
import type { Decision, Facts } from '../policy/mod.ts';
import { recipientGroups } from './behaviours.ts';
import type { RecipientGroup } from './behaviours.ts';
import { exampleIn } from './examples.ts';
import type { Choice } from './examples.ts';
import { fitsOf, permittedClients } from './grants.ts';
import type { Fit } from './grants.ts';
import { NOBODY } from './partition/mod.ts';
import { AT, DIMENSIONS, productsOver } from './products.ts';
import type { Products } from './products.ts';
import { spaceOf } from './space.ts';
import type { Space, Subject } from './space.ts';
import { contains, unite } from './spans.ts';
import type { SpanSet } from './spans.ts';

export interface Scene {
  readonly subject: Subject;
  readonly space: Space;
  readonly products: Products;
  /** The grants, in the order of the configuration, without the clients of never rules. */
  readonly fits: readonly Fit[];
  /** Clients that no never rule holds. */
  readonly permitted: SpanSet;
  readonly groups: readonly RecipientGroup[];
  /** Recipients without a route. */
  readonly routeless: SpanSet;
  /** Recipients that only a grant opens: those, and routing characters at domains that are forwarded or always relayed. */
  readonly needing: SpanSet;
  /** `decide()`, counted. */
  ask(facts: Facts): Decision;
  asked(): number;
}

export function sceneOf(subject: Subject, now: number): Scene {
  const space = spaceOf([subject], now);
  const products = productsOver(space);
  const groups = recipientGroups([subject], space);
  const byGrants = groups.filter(({ behaviours: [behaviour] }) => {
    return behaviour?.open === 'grants' && behaviour.at === undefined;
  });
  let asked = 0;
  return {
    subject,
    space,
    products,
    fits: fitsOf(subject, space, products),
    permitted: permittedClients(subject, space),
    groups,
    // With a route, routing characters make a difference.
    routeless: unite(byGrants.filter(({ routing }) => routing === undefined).flatMap(({ atoms }) => atoms)),
    needing: unite(byGrants.flatMap(({ atoms }) => atoms)),
    ask: (facts) => {
      asked += 1;
      return decide(facts, subject.policy);
    },
    asked: () => asked,
  };
}

/** Facts in the sets, with a recipient that needs a grant when it is one of those that may. */
export function factsNeedingGrant(
  sets: Choice['sets'],
  { groups, space, subject }: Scene,
): Facts | undefined {
  const first = sets[AT.recipients]?.spans[0]?.first;
  if (first === undefined) return undefined;
  const group = groups.find(({ behaviours: [behaviour], atoms }) => {
    return behaviour?.open === 'grants' && behaviour.at === undefined && contains(atoms, first);
  });
  const one = sets.with(AT.recipients, { spans: [{ first, last: first }] });
  return exampleIn({ sets: one, routing: group?.routing }, space, [subject]);
}

/** Whether the grant holds for clients that have not signed in. */
export function isAnonymous({ sets, empty }: Fit): boolean {
  return !empty && contains(sets[AT.accounts]?.spans ?? [], NOBODY);
}

/** The sets of a product that is one atom in each dimension. */
export function setsOfPoint(point: readonly number[]): Choice['sets'] {
  return DIMENSIONS.map((_, i) => ({ spans: [{ first: point[i] ?? 0, last: point[i] ?? 0 }] }));
}

/** A proof that contradicts `decide()` is worth nothing, and one of the two has a mistake: never go on. */
export function contradiction(facts: Facts, expected: string, decision: Decision): Error {
  const { client, localAddress, account, recipient } = facts;
  const got = decision.verdict === 'accepted' ? `accepted as ${decision.as}` : `refused: ${decision.reason}`;
  return new Error(
    `prove a policy: ${client.text}, connected to ${localAddress.text}, ${account ?? 'not signed in'}, to ${recipient.address} must be ${expected}, but is ${got}`,
  );
}
