/**
 * Whether a DNS list is one (RFC 5782 5): it must list the one test address and must not list the other. A list whose domain has
 * lapsed or was given up fails: it answers everything with an address, or nothing.
 *
 * Each list is tested for itself and once at a time, for IPv4 and IPv6 apart; what was found holds for an hour, a failure for ten
 * minutes, and a test that could not be made is tried again after one. Tests begin when they are asked for, so a list that nobody
 * comes to is not asked. While one is repeated, what was found before holds.
 */
import type { Resolver } from '../dns/mod.ts';
import { ipv4, type Clock, type Emit, type IpAddress } from '../std/mod.ts';
import type { FactsEvents } from './events.ts';
import { judgeAnswers, listName, type DnsList } from './list.ts';
import type { Fitness } from './types.ts';

export interface TestEntries extends AsyncDisposable {
  /** Resolves at once when it is known, else after a test of ten seconds at most. Never rejects. */
  fitness(list: DnsList, family: IpAddress['family']): Promise<Fitness>;
}

export interface TestEntriesOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly emit: Emit<FactsEvents>;
}

interface Tested {
  found: Fitness;
  /** Milliseconds since 1970: asked again after that. */
  until: number;
  running: Promise<Fitness> | undefined;
}

interface Entries {
  readonly listed: IpAddress;
  readonly clear: IpAddress;
}

/** What must be listed, and what must not. Those of IPv6 stay what they are: everywhere else they are IPv4 addresses. */
const ENTRIES: Readonly<Record<IpAddress['family'], Entries>> = {
  4: { listed: ipv4(0x7f00_0002), clear: ipv4(0x7f00_0001) },
  6: {
    listed: { family: 6, value: 0xffff_7f00_0002n, text: '::ffff:7f00:2' },
    clear: { family: 6, value: 0xffff_7f00_0001n, text: '::ffff:7f00:1' },
  },
};

const HOLDS_MS = { fit: 3_600_000, unfit: 600_000, unknown: 60_000 } as const satisfies Record<
  Fitness['kind'],
  number
>;
const LONGEST_MS = 10_000;

export function createTestEntries({ resolver, clock, emit }: TestEntriesOptions): TestEntries {
  // No more entries than lists were ever configured, twice.
  const lists = new Map<string, Tested>();
  const closing = new AbortController();

  async function test(list: DnsList, family: IpAddress['family'], tested: Tested): Promise<Fitness> {
    const entries = ENTRIES[family];
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(LONGEST_MS)]);
    const [listed, clear] = await Promise.all([
      ask(resolver, signal, { list, entry: entries.listed }),
      ask(resolver, signal, { list, entry: entries.clear }),
    ]);
    const before = tested.found.kind;
    const result = conclude(entries, listed, clear);
    tested.running = undefined;
    tested.until = clock.now() + HOLDS_MS[result.kind];
    // What was known stays so as long as the list cannot be asked.
    if (result.kind !== 'unknown' || before === 'unknown') tested.found = result;
    const { zone } = list;
    if (result.kind === 'unfit' && before !== 'unfit')
      emit('facts.listUnfit', { list: zone, error: result.error });
    if (result.kind === 'fit' && before === 'unfit') emit('facts.listFit', { list: zone });
    return tested.found;
  }

  return {
    fitness(list, family) {
      const key = `${family} ${list.zone}`;
      const tested = lists.get(key) ?? { found: UNTESTED, until: 0, running: undefined };
      lists.set(key, tested);
      if (clock.now() >= tested.until && !closing.signal.aborted)
        tested.running ??= test(list, family, tested);
      const known = tested.found.kind !== 'unknown';
      return known || tested.running === undefined ? Promise.resolve(tested.found) : tested.running;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all([...lists.values()].flatMap(({ running }) => running ?? []));
    },
  };
}

const UNTESTED: Fitness = { kind: 'unknown', error: 'it was not tested yet' };

interface Entry {
  /** `wrong`: an answer that no list gives. */
  readonly kind: 'listed' | 'clear' | 'unknown' | 'wrong';
  /** Why it is unknown or wrong. */
  readonly error: string;
}

async function ask(
  resolver: Resolver,
  signal: AbortSignal,
  { list, entry }: { readonly list: DnsList; readonly entry: IpAddress },
): Promise<Entry> {
  const found = await resolver.addresses(listName(entry, list), signal, 4);
  if (found.kind === 'temporary') return { kind: 'unknown', error: found.text };
  const answers = found.kind === 'found' ? found.addresses : [];
  // The answers that count for clients need not be those of the test entries, but where they are, they count here, too.
  const verdict = judgeAnswers(answers, undefined);
  if (verdict.kind === 'listed' || judgeAnswers(answers, list.answers).kind === 'listed')
    return { kind: 'listed', error: '' };
  if (verdict.kind === 'clear') return { kind: 'clear', error: '' };
  return { kind: verdict.foreign ? 'wrong' : 'unknown', error: verdict.error };
}

type Result = { readonly kind: 'fit' } | { readonly kind: 'unfit' | 'unknown'; readonly error: string };

function conclude(entries: Entries, listed: Entry, clear: Entry): Result {
  if (clear.kind === 'listed')
    return {
      kind: 'unfit',
      error: `it lists ${entries.clear.text}, which no list does: it seems to list everybody`,
    };
  for (const { kind, ...entry } of [listed, clear]) if (kind === 'wrong') return { kind: 'unfit', ...entry };
  if (listed.kind === 'clear')
    return {
      kind: 'unfit',
      error: `it does not list ${entries.listed.text}, which every list does: it seems to be given up`,
    };
  const unsure = [listed, clear].find(({ kind }) => kind === 'unknown');
  return unsure === undefined ? { kind: 'fit' } : { kind: 'unknown', error: unsure.error };
}
