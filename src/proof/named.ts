/**
 * Which recipients the administrator named. An open relay is one that relays to recipients that he did not: a grant all of
 * whose `recipients` name a domain opens those, like an alwaysRelay route, and no more. A pattern for everything below a
 * top-level domain, `@*.com`, names nobody. That a grant asks for a sender is of no account: senders are only claimed.
 */
import { isLiteral } from '../mail/mod.ts';
import type { Place } from '../policy/mod.ts';
import { addressSet, countAddresses, EVERY_ADDRESS, publicAddresses } from './address-sets.ts';
import { addressGrants } from './anonymous.ts';
import { counterexample } from './counterexample.ts';
import { exampleIn } from './examples.ts';
import type { Fit } from './grants.ts';
import { addressesOf, atomsOfPattern, NOBODY } from './partition/mod.ts';
import { AT } from './products.ts';
import type { Scene } from './scene.ts';
import { patternOfRoute } from './space.ts';
import { intersect, unite } from './spans.ts';
import type { SpanSet } from './spans.ts';
import type { AddressSet, MailboxPattern, Opening, Proof } from './types.ts';
import { formatMailboxPattern } from './words.ts';

/** Whether the pattern names somebody: not everything below a top-level domain. */
function isNaming(pattern: MailboxPattern): boolean {
  return pattern.kind !== 'subdomains' || isLiteral(pattern.domain) || pattern.domain.includes('.');
}

/** The recipients without a route that a grant opens and does not name. */
export function unnamedRecipients({ grant, sets }: Fit, { routeless, space }: Scene): SpanSet {
  if (grant.recipients === undefined) return intersect(sets[AT.recipients]?.spans ?? [], routeless);
  const unnamed = grant.recipients.filter((pattern) => !isNaming(pattern));
  return intersect(unite(unnamed.map((pattern) => atomsOfPattern(space.recipients, pattern))), routeless);
}

/** What anyone can relay to: alwaysRelay routes, and what grants name that hold for every public address of a family. */
export function namedForEverybody(scene: Scene): Proof['alwaysRelay'] {
  const { source } = scene.subject;
  if (!source.reroute) return [];
  const routes = source.routes
    .filter(({ action }) => action.kind === 'alwaysRelay')
    .map((route) => ({ pattern: formatMailboxPattern(patternOfRoute(route)).slice(1), place: route.place }));
  const opened = new Map<string, { place: Place; clients: AddressSet[] }>();
  for (const { grant, sets } of addressGrants(scene)) {
    for (const pattern of grant.recipients ?? []) {
      const text = formatMailboxPattern(pattern);
      const entry = opened.get(text) ?? { place: grant.place, clients: [] };
      opened.set(text, entry);
      entry.clients.push(addressesOf(scene.space.clients, sets[AT.clients]?.spans ?? []));
    }
  }
  const grants = [...opened]
    .filter(([, { clients }]) => holdsEveryPublicAddress(addressSet(clients.flat())))
    .map(([pattern, { place }]) => ({ pattern, place }));
  return [...routes, ...grants];
}

const PUBLIC = countAddresses(EVERY_ADDRESS);

function holdsEveryPublicAddress(clients: AddressSet): boolean {
  const { public4, public6 } = countAddresses(publicAddresses(clients));
  return public4 === PUBLIC.public4 || public6 === PUBLIC.public6;
}

/** alwaysRelay routes for every domain below a top-level one. */
export function everyDomainOpenings(scene: Scene): readonly Opening[] {
  const { subject, space, permitted } = scene;
  const { source } = subject;
  if (!source.reroute) return [];
  return source.routes.flatMap((route): Opening[] => {
    const pattern = patternOfRoute(route);
    if (route.action.kind !== 'alwaysRelay' || isNaming(pattern)) return [];
    const { first } = atomsOfPattern(space.recipients, pattern);
    const sets = [
      permitted,
      FIRST,
      [{ first: NOBODY, last: NOBODY }],
      FIRST,
      [{ first, last: first }],
      FIRST,
    ];
    const facts = exampleIn({ sets: sets.map((spans) => ({ spans })), routing: false }, space, [subject]);
    if (facts === undefined) return []; // never rules hold every client
    const written = formatMailboxPattern(pattern).slice(1);
    const rule = { kind: 'route', pattern: written, place: route.place } as const;
    return [{ kind: 'everyDomainBelow', rule, pattern: written, example: counterexample(facts, scene) }];
  });
}

const FIRST: SpanSet = [{ first: 0, last: 0 }];
