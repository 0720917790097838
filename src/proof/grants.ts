/** The grants and never rules of a policy as products of sets of atoms. */
import type { GrantSource } from '../policy/mod.ts';
import { atomOfMoment, atomsOfAccounts, atomsOfPattern, atomsOfRanges } from './partition/mod.ts';
import { AT, DIMENSIONS } from './products.ts';
import type { AtomSet, Product, Products } from './products.ts';
import type { Space, Subject } from './space.ts';
import { contains, subtract, unite } from './spans.ts';
import type { SpanSet } from './spans.ts';

/** What a grant fits, by dimension. Never rules are left out of it. */
export interface Fit {
  /** Its place in the configuration. */
  readonly index: number;
  readonly grant: GrantSource;
  readonly sets: readonly AtomSet[];
  readonly product: Product;
  /** Nothing fits it: it has ended, or never rules hold all its clients. */
  readonly empty: boolean;
}

/** The clients that no never rule holds. */
export function permittedClients({ source }: Subject, space: Space): SpanSet {
  const never = source.never.flatMap(({ from }) => atomsOfRanges(space.clients, from));
  return subtract(everyAtom(space.clients.size), unite(never));
}

/** In the order of the configuration. */
export function fitsOf(subject: Subject, space: Space, products: Products): readonly Fit[] {
  const permitted = permittedClients(subject, space);
  const permittedSet = products.set(0, permitted);
  const everyone = everyAtom(space.clients.size);
  const never = subtract(everyone, permitted);
  return subject.source.allow.map((grant, index) => {
    const others = setsOfGrant(grant, space, products).slice(1);
    const clients =
      grant.from === undefined
        ? permittedSet
        : products.set(0, subtract(atomsOfRanges(space.clients, grant.from), never));
    const sets = [clients, ...others];
    return {
      index,
      grant,
      sets,
      product: productOf(sets, products),
      empty: sets.some(({ spans }) => spans.length === 0),
    };
  });
}

/** What the grant's own conditions fit, by dimension; never rules are not looked at. */
export function setsOfGrant(grant: GrantSource, space: Space, products: Products): readonly AtomSet[] {
  const { from, connectingTo, authenticated, senders, recipients, until } = grant;
  const spans: readonly (SpanSet | undefined)[] = [
    from && atomsOfRanges(space.clients, from),
    connectingTo && atomsOfRanges(space.locals, connectingTo),
    authenticated && atomsOfAccounts(space.accounts, authenticated),
    senders && unite(senders.flatMap((pattern) => atomsOfPattern(space.senders, pattern))),
    recipients && unite(recipients.flatMap((pattern) => atomsOfPattern(space.recipients, pattern))),
    until === undefined ? undefined : before(space, until),
  ];
  return spans.map((set, dimension) =>
    set === undefined ? products.full(dimension) : products.set(dimension, set),
  );
}

/** The sets for recipients that are looked up at `atom`, wherever they were written to; undefined: it does not fit them. */
export function fitAt({ sets }: Fit, atom: number, products: Products): readonly AtomSet[] | undefined {
  const recipients = sets[AT.recipients];
  if (recipients === undefined || recipients.full) return sets;
  return contains(recipients.spans, atom)
    ? sets.with(AT.recipients, products.full(AT.recipients))
    : undefined;
}

/** The product of one set for each dimension. */
export function productOf(sets: readonly AtomSet[], products: Products): Product {
  return sets.reduceRight((next, set) => products.product(set, next), products.everything(DIMENSIONS.length));
}

function before({ moments }: Space, until: number): SpanSet {
  const [start = -Infinity] = moments.starts;
  return until <= start ? [] : [{ first: 0, last: atomOfMoment(moments, until) - 1 }];
}

function everyAtom(size: number): SpanSet {
  return [{ first: 0, last: size - 1 }];
}
