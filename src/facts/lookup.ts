/** One client being looked up. */
import type { Resolver } from '../dns/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import { askList, type DnsList } from './list.ts';
import type { ListHealth } from './listHealth.ts';
import { confirmName } from './name.ts';
import type { ClientLookup, DnsFacts, ForwardConfirmed, ListFact } from './types.ts';

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
  const facts = new Map<string, ListFact>(settings.lists.map(({ zone }) => [zone, unknownFact(zone)]));
  let name: ForwardConfirmed = { kind: 'unknown' };
  let cancelled = false;

  async function learnName(): Promise<void> {
    name = await confirmName(client, options.resolver, signal);
  }

  async function learnList(list: DnsList): Promise<void> {
    const learn = (fact: ListFact): void => void facts.set(list.zone, fact);
    const verdict = await askList(list, client, { resolver: options.resolver, signal, learn });
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

/** Resolves with `done`, or after so many milliseconds. */
function within(done: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    done.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
