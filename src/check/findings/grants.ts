/** Grants and never rules that are valid and do not do what their writer may think. */
import { isAddressError, parseMailbox } from '../../mail/mod.ts';
import { formatPlace, formatRange, ruleName } from '../../policy/mod.ts';
import type { RuleRef } from '../../policy/mod.ts';
import { addressSet } from '../../proof/mod.ts';
import type { Proof, Reach } from '../../proof/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import { firstOf, holds, isCovered, isWithin } from '../ranges.ts';
import type { Draft, Scene } from '../types.ts';
import { most } from '../words.ts';
import { formatCount, listOf, formatMoment } from '../../std/mod.ts';

const DAY = 24 * 60 * 60 * 1000;
/** A grant that ends within this time is worth a word. Milliseconds. */
const SOON = 14 * DAY;

/** `reroute: false` makes every rule inert; then nothing is said of each of them. */
export function* relayingOff({ config, proof }: Scene): Generator<Draft> {
  if (proof.rerouting) return;
  const { relay, routing } = config;
  const open = routing.domains.filter(({ action }) => action.kind === 'alwaysRelay');
  const inert = [
    ...(relay.allow.length === 0 ? [] : [formatCount(relay.allow.length, 'grant')]),
    ...(open.length === 0 ? [] : [formatCount(open.length, 'alwaysRelay route')]),
  ];
  const place = relay.allow[0]?.place ?? open[0]?.place;
  if (place === undefined) return;
  yield {
    place,
    message: `without effect, since routing.reroute is false: ${listOf(inert)}`,
    remedy: 'Nothing is to be done when that is meant; else remove reroute: false.',
  };
}

export function* expired({ config, now }: Scene): Generator<Draft> {
  for (const { name, until, place } of config.relay.allow) {
    if (until === undefined || until > now) continue;
    yield {
      place,
      message: `grant ${name} is without effect: it ended ${formatMoment(until)}`,
      remedy: 'Remove it, or give it a later until.',
    };
  }
}

export function* endsSoon({ config, now }: Scene): Generator<Draft> {
  for (const { name, until, place } of config.relay.allow) {
    if (until === undefined || until <= now || until - now > SOON) continue;
    const days = Math.floor((until - now) / DAY);
    yield {
      place,
      message: `grant ${name} ends ${days === 0 ? 'within a day' : `in ${formatCount(days, 'day')}`}, on ${formatMoment(until)}`,
      remedy: 'Give it a later until, when its clients still need it.',
    };
  }
}

/** Grants that decide for nobody, with what takes everything from them. */
export function* shadowed({ proof, now }: Scene): Generator<Draft> {
  for (const { source, reached, coveredBy } of live(proof, now)) {
    const grants = coveredBy.filter(({ kind }) => kind === 'grant');
    if (reached || grants.length === 0) continue;
    yield {
      place: source.place,
      message: `grant ${source.name} never decides: ${most(coveredBy.map(named), 3)} before it take${coveredBy.length === 1 ? 's' : ''} everything it would allow`,
      remedy: 'Remove it, or set it before them when its name or limit is to count.',
    };
  }
}

/** Grants whose recipients all have routes that decide without them. */
export function* neverAsked({ proof, now }: Scene): Generator<Draft> {
  for (const { source, reached, coveredBy } of live(proof, now)) {
    const routes = coveredBy.filter(({ kind }) => kind === 'route');
    if (reached || routes.length === 0 || coveredBy.some(({ kind }) => kind === 'grant')) continue;
    yield {
      place: source.place,
      message: `grant ${source.name} is never asked: ${most(routes.map(named), 3)} decide${routes.length === 1 ? 's' : ''} for its recipients`,
      remedy: 'Remove it; mail to these recipients needs no grant.',
    };
  }
}

/** Client addresses of a grant that no mail can be relayed for, because never rules hold them. */
export function* coveredByNever({ config, proof, now }: Scene): Generator<Draft> {
  const { never } = config.relay;
  const forbidden = addressSet(never.flatMap(({ from }) => from));
  if (forbidden.length === 0) return;
  for (const { source } of live(proof, now)) {
    const from: readonly IpRange[] = source.from ?? [];
    const covered = from.filter((range) => isCovered(range, forbidden));
    const [first] = covered;
    if (first === undefined) continue;
    const example = firstOf(first);
    const by = never.find((rule) => holds(rule.from, example));
    const what =
      covered.length === from.length
        ? `grant ${source.name} can never relay`
        : `${most(covered.map(formatRange), 3)} in ${source.name} can never relay`;
    yield {
      place: source.place,
      message: `${what}: ${by === undefined ? 'never rules hold it' : `${by.name} holds ${example.text} (${formatPlace(by.place)})`}`,
      remedy: 'Remove these addresses from the grant, or from the never rule.',
    };
  }
}

/** A grant for accounts that nobody can sign in to. */
export function* nobodySignsIn({ config }: Scene): Generator<Draft> {
  if (config.listeners.some(({ auth }) => auth !== 'off')) return;
  for (const { name, authenticated, place } of config.relay.allow) {
    if (authenticated === undefined) continue;
    yield {
      place,
      message: `grant ${name} can never apply: no listener lets clients sign in`,
      remedy: 'Add a listener with for: submission, or remove the grant.',
    };
  }
}

export function* unknownAccounts({ config, lookup }: Scene): Generator<Draft> {
  for (const { name, authenticated, place } of config.relay.allow) {
    if (authenticated === undefined || authenticated === 'any') continue;
    const missing = authenticated.filter((account) => {
      const mailbox = parseMailbox(account);
      return !isAddressError(mailbox) && lookup(mailbox) === 'unknown';
    });
    if (missing.length === 0) continue;
    yield {
      place,
      message: `grant ${name} is for ${most(missing, 3)}, which ${missing.length === 1 ? 'is no account' : 'are no accounts'}`,
      remedy: 'See the accounts with `postern account list`; add it, or remove it here.',
    };
  }
}

/** A range within another one of the same rule says nothing, and may be a slip of the pen. */
export function* repeatedRanges({ config }: Scene): Generator<Draft> {
  const { allow, never } = config.relay;
  for (const { name, from, place } of [...never, ...allow.map((grant) => ({ from: [], ...grant }))]) {
    const [inner, outer] = repeatedIn(from) ?? [];
    if (inner === undefined || outer === undefined) continue;
    yield {
      place,
      message: `${formatRange(inner)} in ${name} says nothing: ${formatRange(outer)} is there, too`,
      remedy: 'Remove one of them.',
    };
  }
}

/** The first range that lies within another one. */
function repeatedIn(ranges: readonly IpRange[]): readonly [inner: IpRange, outer: IpRange] | undefined {
  const sorted = ranges.toSorted(
    (one, other) =>
      one.family - other.family ||
      (one.first === other.first ? (one.last > other.last ? -1 : 1) : one.first < other.first ? -1 : 1),
  );
  // Sorted like this, whatever holds a range stands before it, and of those the one that reaches furthest is enough.
  let widest: IpRange | undefined;
  for (const range of sorted) {
    if (widest !== undefined && isWithin(range, widest)) return [range, widest];
    if (widest === undefined || widest.family !== range.family || range.last > widest.last) widest = range;
  }
  return undefined;
}

/** Grants for which something could be decided: neither ended, nor inert with all others. */
function live({ reach, rerouting }: Proof, now: number): readonly Reach[] {
  return rerouting ? reach.filter(({ source: { until } }) => until === undefined || until > now) : [];
}

function named(rule: RuleRef): string {
  return rule.kind === 'none' ? 'nothing' : `${String(ruleName(rule))} (line ${rule.place.line})`;
}
