/** Whether grants by client address, one or many together, hold the Internet, or more of it than anyone could mean. */
import type { RuleRef } from '../policy/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import { countAddresses, EVERY_ADDRESS, publicAddresses } from './address-sets.ts';
import { addressOnlyGrants } from './anonymous.ts';
import { carriedIn } from './carriers.ts';
import { counterexample } from './counterexample.ts';
import { CLIENTS } from './examples.ts';
import type { Fit } from './grants.ts';
import { unnamedRecipients } from './named.ts';
import { addressIn, addressesOf, atomOfAddress, NOBODY } from './partition/mod.ts';
import { refOf } from './rules.ts';
import { AT } from './products.ts';
import { factsNeedingGrant } from './scene.ts';
import type { Scene } from './scene.ts';
import { contains, unite } from './spans.ts';
import type { AddressSet, Counterexample, Opening } from './types.ts';

/** A /8 and a /20, the largest that registries ever gave to one organisation at once. Nobody sends mail from all of more. */
const MOST = { 4: 2n ** 24n, 6: 2n ** 108n } as const;
const EVERY = countAddresses(EVERY_ADDRESS);

interface Range {
  readonly rule: RuleRef;
  readonly range: IpRange;
}

/** One opening for each family whose public addresses can relay, all or too many; else one for each range that carries IPv4. */
export function internetOpenings(scene: Scene): readonly Opening[] {
  const grants = addressOnlyGrants(scene).filter((fit) => unnamedRecipients(fit, scene).length > 0);
  const atoms = unite(grants.flatMap(({ sets }) => sets[AT.clients]?.spans ?? []));
  const clients = addressesOf(scene.space.clients, atoms);
  const opened = publicAddresses(clients);
  const count = countAddresses(opened);
  const families = ([4, 6] as const).flatMap((family): Opening[] => {
    const [addresses, all] = family === 4 ? [count.public4, EVERY.public4] : [count.public6, EVERY.public6];
    const kind = addresses === all ? 'everybody' : addresses > MOST[family] ? 'tooMany' : undefined;
    if (kind === undefined) return [];
    const ranges = opened.filter((range) => range.family === family);
    const by = holdersOf(ranges, grants);
    return [{ kind, family, addresses, by, example: exampleOf(ranges, grants, scene) }];
  });
  if (families.some((opening) => 'family' in opening && opening.family === 6)) return families;
  const carried = carriedIn(clients).map(({ carrier, held }): Opening => {
    const by = holdersOf(held, grants);
    return { kind: 'carried', carrier, by, example: exampleOf(held, grants, scene, []) };
  });
  return [...families, ...carried];
}

/** The fewest configured ranges that together hold the sorted ranges `opened`, the widest first. */
function holdersOf(opened: AddressSet, grants: readonly Fit[]): readonly Range[] {
  const candidates = grants
    .flatMap(({ grant }) => (grant.from ?? []).map((range): Range => ({ rule: refOf(grant), range })))
    .filter(({ range }) => range.family === opened[0]?.family)
    .sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
  const chosen = new Set<Range>();
  let next = 0;
  let furthest: Range | undefined;
  for (const { first, last } of opened) {
    // What begins at or before the first address not yet held, and reaches furthest.
    for (let at: bigint = BigInt(first); at <= BigInt(last);) {
      for (; next < candidates.length; next += 1) {
        const candidate = candidates[next];
        if (candidate === undefined || candidate.range.first > at) break;
        if (furthest === undefined || candidate.range.last > furthest.range.last) furthest = candidate;
      }
      if (furthest === undefined || furthest.range.last < at)
        throw new Error('the grants do not hold what they open');
      chosen.add(furthest);
      at = BigInt(furthest.range.last) + 1n;
    }
  }
  return [...chosen].sort((a, b) => (sizeOf(a) > sizeOf(b) ? -1 : sizeOf(a) < sizeOf(b) ? 1 : 0));
}

function sizeOf({ range }: Range): bigint {
  return BigInt(range.last) - BigInt(range.first) + 1n;
}

/** The documentation's client where a grant holds it, as it does when the Internet is open; else a public one. */
function exampleOf(
  [first]: AddressSet,
  grants: readonly Fit[],
  scene: Scene,
  natural = CLIENTS,
): Counterexample {
  const clients = [...natural.filter(({ family }) => family === first?.family), first && addressIn(first)];
  for (const client of clients) {
    const fit = client && grants.find((grant) => holds(grant, client, scene));
    if (client === undefined || fit === undefined) continue;
    const recipients = { spans: unnamedRecipients(fit, scene) };
    const sets = fit.sets.map((set, i) => {
      if (i === AT.accounts) return { spans: [{ first: NOBODY, last: NOBODY }] };
      return i === AT.recipients ? recipients : set;
    });
    const facts = factsNeedingGrant(sets, scene);
    if (facts !== undefined) return counterexample({ ...facts, client }, scene);
  }
  throw new Error('the grants open addresses of which none can be written');
}

function holds({ sets }: Fit, client: IpAddress, { space }: Scene): boolean {
  return contains(sets[AT.clients]?.spans ?? [], atomOfAddress(space.clients, client));
}
