/**
 * Grants that ask for nothing but the local address. Whoever reaches that address relays: so it must be one that outsiders
 * cannot reach, and that it is so is not ours to prove.
 */
import { LOCAL_RANGES } from '../std/mod.ts';
import { addressSet, commonAddresses, withoutRanges } from './address-sets.ts';
import { counterexample } from './counterexample.ts';
import type { Fit } from './grants.ts';
import { unnamedRecipients } from './named.ts';
import { addressIn, atomOfAddress, NOBODY } from './partition/mod.ts';
import { refOf } from './rules.ts';
import { AT } from './products.ts';
import { factsNeedingGrant, isAnonymous } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Assumption, Opening } from './types.ts';

function connectingGrants({ fits, subject }: Scene): readonly Fit[] {
  if (!subject.source.reroute) return [];
  return fits.filter((fit) => {
    const { grant } = fit;
    return grant.connectingTo !== undefined && grant.from === undefined && isAnonymous(fit);
  });
}

/** The loopback and private addresses that such grants rest on. */
export function assumptionsOf(scene: Scene): readonly Assumption[] {
  const local = addressSet(LOCAL_RANGES);
  return connectingGrants(scene).flatMap(({ grant }): Assumption[] => {
    const localAddresses = commonAddresses(addressSet(grant.connectingTo ?? []), local);
    return localAddresses.length === 0 ? [] : [{ rule: refOf(grant), localAddresses }];
  });
}

/** Such grants for an address that outsiders may reach, to recipients that nobody named; one for each range. */
export function reachableOpenings(scene: Scene): readonly Opening[] {
  return connectingGrants(scene).flatMap((fit) => {
    const recipients = unnamedRecipients(fit, scene);
    if (recipients.length === 0) return [];
    return (fit.grant.connectingTo ?? []).flatMap((range): Opening[] => {
      const [outside] = withoutRanges([range], LOCAL_RANGES);
      const localAddress = outside && addressIn(outside);
      if (localAddress === undefined) return [];
      const atom = atomOfAddress(scene.space.locals, localAddress);
      const sets = [...fit.sets].map(({ spans }, i) => {
        if (i === AT.locals) return { spans: [{ first: atom, last: atom }] };
        if (i === AT.accounts) return { spans: [{ first: NOBODY, last: NOBODY }] };
        return { spans: i === AT.recipients ? recipients : spans };
      });
      const facts = factsNeedingGrant(sets, scene);
      if (facts === undefined) return []; // such addresses cannot be written
      const example = counterexample({ ...facts, localAddress }, scene);
      return [{ kind: 'reachableAddress', rule: refOf(fit.grant), range, example }];
    });
  });
}
