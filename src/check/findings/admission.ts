/** Who may connect and who is known: lists that keep out more than can be meant or change nothing, and `protectFrom` against everybody. */
import { formatPlace, formatRange } from '../../policy/mod.ts';
import { withoutRanges } from '../../proof/mod.ts';
import { isEverything } from '../statements.ts';
import { everyClient, keptOut, nestRanges } from '../clientLists.ts';
import type { ListedRange } from '../clientLists.ts';
import type { Config, PlacedRange } from '../../config/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { firstOf, holds, isCovered, sizeOf } from '../ranges.ts';
import type { Draft, Scene } from '../types.ts';
import { most } from '../words.ts';

/** Nothing works at all when nobody can connect. */
export function* nobodyConnects({ config }: Scene): Generator<Draft> {
  const out = keptOut(config);
  const [first] = config.clients.refuse;
  if (first === undefined || withoutRanges(everyClient(config), out).length > 0) return;
  const which = isEverything(out)
    ? 'every address'
    : `every IPv${out[0]?.family} address, and no listener has one of another kind`;
  yield {
    place: first.place,
    message: `no client can connect: clients.refuse holds ${which}`,
    remedy: 'Name the networks that are meant, or in clients.accept those that may connect.',
  };
}

/** All of one family, without a word in `accept` about whom that leaves. */
export function* familyRefused({ config }: Scene): Generator<Draft> {
  const out = keptOut(config);
  const left = withoutRanges(everyClient(config), out);
  if (left.length === 0) return;
  for (const family of [4, 6] as const) {
    const first = config.clients.refuse.find((range) => range.family === family);
    const isPossible = everyClient(config).some((range) => range.family === family);
    if (first === undefined || !isPossible || left.some((range) => range.family === family)) continue;
    yield {
      place: first.place,
      message: `no client can connect over IPv${family}: clients.refuse holds every IPv${family} address, and clients.accept lets none in`,
      remedy: `Name the networks that are meant, or in clients.accept those that may connect; for no IPv${family} at all, remove it from bind of the listeners.`,
    };
  }
}

/** Client addresses of a grant whose connections end with 554. */
export function* grantsRefused({ config, proof, now }: Scene): Generator<Draft> {
  const out = keptOut(config);
  if (out.length === 0 || !proof.rerouting) return;
  const listed = nestRanges(config.clients);
  for (const { name, from = [], until, place } of config.relay.allow) {
    if (until !== undefined && until <= now) continue;
    const ranges: readonly IpRange[] = from;
    const covered = ranges.filter((range) => isCovered(range, out));
    const [first] = covered;
    if (first === undefined) continue;
    const example = firstOf(first);
    const by = innermost(listed, example);
    const what =
      covered.length === ranges.length
        ? `grant ${name} can never relay`
        : `${most(covered.map(formatRange), 3)} in ${name} can never relay`;
    yield {
      place,
      message: `${what}: ${example.text} is refused when it connects, by ${by === undefined ? 'clients.refuse' : `${formatRange(by.range)} in clients.refuse (${formatPlace(by.range.place)})`}`,
      remedy: 'Remove these addresses from the grant, or let them in with clients.accept.',
    };
  }
}

/** The range that decides for the address. */
function innermost(
  listed: readonly ListedRange<PlacedRange>[],
  address: IpAddress,
): ListedRange<PlacedRange> | undefined {
  return listed.findLast(({ range }) => holds([range], address));
}

/** Ranges that could be removed, and every client would get the same answer. */
export function* rangesWithoutEffect({ config }: Scene): Generator<Draft> {
  for (const entry of nestRanges(config.clients)) {
    const why = whyWithoutEffect(entry);
    if (why === undefined) continue;
    const { range, list } = entry;
    yield {
      place: range.place,
      message: `${formatRange(range)} in clients.${list} changes nothing: ${why}`,
      remedy: 'Remove it, unless another range is meant.',
    };
  }
}

function whyWithoutEffect({ range, list, around, inner }: ListedRange<PlacedRange>): string | undefined {
  if (around?.list === list)
    return `${formatRange(around.range)} is there as well (line ${around.range.place.line})`;
  const [first] = inner;
  // One of the same list is told itself, and this one decides in its place.
  if (inner.some((entry) => entry.list === list)) return undefined;
  const held = inner.reduce((sum, entry) => sum + sizeOf(entry.range), 0n);
  if (first === undefined || held < sizeOf(range)) return undefined;
  const those = inner.map((entry) => formatRange(entry.range));
  return `the narrower ${most(those, 3)} hold all of it (line ${first.range.place.line})`;
}

/** From our own domains from nobody: nobody can be known, so mail of our own people would be refused as well. */
export function* protectedFromEverybody({ config, now }: Scene): Generator<Draft> {
  const entries = config.routing.domains.filter(({ protectFrom }) => protectFrom !== undefined);
  const [first] = entries;
  if (first === undefined || isAnybodyKnown(config, now)) return;
  const what = entries.map(({ domain, subdomains }) => (subdomains ? `*.${domain}` : domain));
  yield {
    place: first.place,
    message: `nobody can write From ${most(what, 3)} (protectFrom): no listener lets clients sign in, no grant names clients, and clients.accept is empty`,
    remedy:
      'Nothing is to be done when no mail of your own people comes in here; else name their hosts in clients.accept.',
  };
}

/** Whether some client is no stranger, see `isStranger()`. */
function isAnybodyKnown({ clients, listeners, relay, routing }: Config, now: number): boolean {
  return (
    clients.accept.length > 0 ||
    listeners.some(({ auth }) => auth !== 'off') ||
    (routing.reroute && relay.allow.some(({ until }) => until === undefined || until > now))
  );
}
