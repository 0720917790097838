/**
 * The proof that a policy is no open relay, or counterexamples.
 *
 * A decision depends on the facts only through finitely many ranges, tables and moments, so it is enough to look at one
 * representative of each class: nothing is sampled. What the grants open is worked out as sets, and `decide()` itself is
 * asked at the representatives; where the two do not agree, `prove()` throws, for then there is a mistake in one of them.
 *
 * It holds for the client address that `Facts` has, from `now` on. What it rests on beside that is in `assumptions`.
 */
import type { PolicySource } from '../policy/mod.ts';
import { countAddresses } from './address-sets.ts';
import { anonymousClients } from './anonymous.ts';
import { assumptionsOf, reachableOpenings } from './connecting.ts';
import { internetOpenings } from './internet.ts';
import { everyDomainOpenings, namedForEverybody } from './named.ts';
import { addressesOf } from './partition/mod.ts';
import { reachOf } from './reach.ts';
import { sceneOf } from './scene.ts';
import { subjectOf } from './space.ts';
import type { Proof } from './types.ts';

/** `now`: milliseconds since the epoch; grants that have ended by then open nothing. Throws for a policy that is not valid. */
export function prove(source: PolicySource, { now }: { readonly now: number }): Proof {
  const scene = sceneOf(subjectOf(source), now);
  const anonymous = addressesOf(scene.space.clients, anonymousClients(scene));
  const reach = reachOf(scene);
  const openings = [...internetOpenings(scene), ...reachableOpenings(scene), ...everyDomainOpenings(scene)];
  return {
    openings,
    assumptions: assumptionsOf(scene),
    reach,
    anonymous,
    anonymousCount: countAddresses(anonymous),
    alwaysRelay: namedForEverybody(scene),
    rerouting: source.reroute,
    classes: scene.asked(),
  };
}
