/** One client being looked up. */
import type { Resolver } from '../dns/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import { askList, type DnsList } from './list.ts';
import type { ListHealth } from './listHealth.ts';
import { confirmName } from './name.ts';
import type { TestEntries } from './testEntries.ts';
import type { ClientLookup, DnsFacts, Fitness, ForwardConfirmed, ListFact } from './types.ts';

export interface FactsSettings {
  readonly lists: readonly DnsList[];
  /** Whether names are looked up. */
  readonly reverseName: boolean;
}

export interface Lookup extends ClientLookup {
  /** Resolve when the name, the lists, and all is known as far as it will be. */
  readonly named: Promise<void>;
  readonly listed: Promise<void>;
  readonly done: Promise<void>;
  /** Nothing stayed unknown. */
  readonly complete: boolean;
  cancel(): void;
}

interface LookupOptions {
  readonly resolver: Resolver;
  readonly health: ListHealth;
  readonly tests: TestEntries;
  /** What is asked of that which the settings want; the rest stays unknown. */
  readonly asked: { readonly name: boolean; readonly lists: boolean };
}

/** Nobody waits so long; it bounds what slow name servers can hold. */
const LONGEST_MS = 10_000;

/** Of a client that is not asked about. */
export function unasked({ lists }: FactsSettings): ClientLookup {
  const now: DnsFacts = { name: { kind: 'unknown' }, lists: lists.map(({ zone }) => unknownFact(zone)) };
  return { now, settle: () => Promise.resolve(now) };
}

export function beginLookup(client: IpAddress, settings: FactsSettings, options: LookupOptions): Lookup {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), LONGEST_MS);
  const { signal } = controller;
  const { resolver, tests } = options;
  const facts = new Map<string, ListFact>(settings.lists.map(({ zone }) => [zone, unknownFact(zone)]));
  let name: ForwardConfirmed = { kind: 'unknown' };
  let cancelled = false;

  async function learnName(): Promise<void> {
    name = await confirmName(client, resolver, signal);
  }

  async function learnList(list: DnsList): Promise<void> {
    const learn = (fact: ListFact): void => void facts.set(list.zone, fact);
    const test = (): Promise<Fitness> => orAborted(tests.fitness(list, client.family), signal);
    // Of IPv4 at once, so that a dead list is told of. Many lists have no IPv6 at all: they are tested when they list somebody.
    const early = client.family === 4 ? test() : undefined;
    const fitness = (): Promise<Fitness> => early ?? test();
    const verdict = await askList(list, client, { resolver, signal, learn, fitness });
    // Told where it was found out, once.
    if ((await early)?.kind === 'unfit') return;
    // Cancelled questions say nothing of the list; those that took too long do.
    if (!cancelled) options.health.note(list.zone, verdict);
  }

  const named = options.asked.name ? learnName() : Promise.resolve();
  const lists = options.asked.lists ? settings.lists.map(learnList) : [];
  const listed = Promise.all(lists).then(() => undefined);
  const done = Promise.all([named, listed]).then(() => clearTimeout(timer));
  const now = (): DnsFacts => ({ name, lists: [...facts.values()] });
  return {
    get now() {
      return now();
    },
    settle: (withinMs) => within(done, withinMs).then(now),
    named,
    listed,
    done,
    get complete() {
      const sure = !settings.reverseName || name.kind !== 'unknown';
      return sure && [...facts.values()].every(({ verdict }) => verdict !== 'unknown');
    },
    cancel() {
      cancelled = true;
      controller.abort();
    },
  };
}

function unknownFact(list: string): ListFact {
  return { list, verdict: 'unknown', answers: [], reason: undefined };
}

/** The test goes on for others; this client is not kept for it. */
function orAborted(fitness: Promise<Fitness>, signal: AbortSignal): Promise<Fitness> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve({ kind: 'unknown', error: 'its test took too long' });
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    fitness.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Resolves with `done`, or after so many milliseconds. */
function within(done: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    done.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
