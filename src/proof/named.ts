/**
 * Which recipients the administrator named. An open relay is one that relays to recipients that he did not: a grant all of
 * whose `recipients` name a domain opens those, like an alwaysRelay route, and no more. A pattern for everything below a
 * top-level domain, `@*.com`, names nobody. That a grant asks for a sender is of no account: senders are only claimed. Nor does
 * it name whom an address inside the local part is for, `victim%other.example@contoso.example`: the host behind us may follow it.
 */
import { isLiteral } from '../mail/mod.ts';
import type { Place, RouteAction } from '../policy/mod.ts';
import { addressSet, countAddresses, EVERY_ADDRESS, publicAddresses } from './address-sets.ts';
import { addressGrants } from './anonymous.ts';
import { counterexample } from './counterexample.ts';
import { exampleIn } from './examples.ts';
import type { Fit } from './grants.ts';
import { addressesOf, atomsOfPattern, NOBODY } from './partition/mod.ts';
import { isPrivateUse } from './private-use.ts';
import { AT } from './products.ts';
import type { Scene } from './scene.ts';
import { patternOfRoute } from './space.ts';
import { intersect, subtract, unite } from './spans.ts';
import type { SpanSet } from './spans.ts';
import type { AddressSet, MailboxPattern, Opening, Proof } from './types.ts';
import { formatMailboxPattern } from './words.ts';

/** Whether the pattern names somebody: not everything below a top-level domain of the Internet. */
function isNaming(pattern: MailboxPattern): boolean {
  if (pattern.kind !== 'subdomains' || isLiteral(pattern.domain)) return true;
  return pattern.domain.includes('.') || isPrivateUse(pattern.domain);
}

/** The recipients that a grant opens and does not name: without a route, or with routing characters at a domain that has one. */
export function unnamedRecipients({ grant, sets }: Fit, { routeless, needing, space }: Scene): SpanSet {
  const opened = sets[AT.recipients]?.spans ?? [];
  if (grant.recipients === undefined) return intersect(opened, routeless);
  const unnamed = grant.recipients.filter((pattern) => !isNaming(pattern));
  return unite([
    ...intersect(unite(unnamed.flatMap((pattern) => atomsOfPattern(space.recipients, pattern))), routeless),
    ...intersect(opened, subtract(needing, routeless)),
  ]);
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

/**
 * Routes that pass on the mail of anyone for every domain below a top-level one: alwaysRelay, and forward, for the host behind
 * us has it from a server it trusts.
 */
export function everyDomainOpenings(scene: Scene): readonly Opening[] {
  const { subject, space, permitted } = scene;
  const { source } = subject;
  const everyone: SpanSet = [{ first: 0, last: space.clients.size - 1 }];
  // Never rules and 'do not reroute' concern relaying, and to forward is none.
  const clientsOf: Record<RouteAction['kind'], SpanSet> = {
    alwaysRelay: source.reroute ? permitted : [],
    forward: everyone,
    inbound: [],
    rewrite: [],
  };
  return source.routes.flatMap((route): Opening[] => {
    const pattern = patternOfRoute(route);
    const clients = clientsOf[route.action.kind];
    if (clients.length === 0 || isNaming(pattern)) return [];
    const named = atomsOfPattern(space.recipients, pattern).map(({ first }) => ({ first, last: first }));
    const sets = [clients, FIRST, [{ first: NOBODY, last: NOBODY }], FIRST, named, FIRST];
    const facts = exampleIn({ sets: sets.map((spans) => ({ spans })), routing: false }, space, [subject]);
    if (facts === undefined) return []; // such addresses cannot be written
    const written = formatMailboxPattern(pattern).slice(1);
    const rule = { kind: 'route', pattern: written, place: route.place } as const;
    return [{ kind: 'everyDomainBelow', rule, pattern: written, example: counterexample(facts, scene) }];
  });
}

const FIRST: SpanSet = [{ first: 0, last: 0 }];
