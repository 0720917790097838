/**
 * Looks up what DNS says of clients. A lookup starts when it is asked for and keeps nobody waiting; clients that come while it runs,
 * or shortly after, share it.
 *
 * Limits: so many clients' names, and so many clients' lists, are looked up at once (apart, so that the slow name servers of those
 * who own the addresses cannot hold up the lists); of who comes then nothing is known, and the next `look()` tries again. A lookup
 * ends after 10 seconds. What was found is kept for a minute, 10 seconds when something stayed unknown, for 10,000 clients; a
 * client's records are kept by the resolver for their time to live. Give it a resolver of its own, so that a flood of clients holds
 * up no deliveries. A list is tested before it is believed (`testEntries.ts`); what it says meanwhile is unknown.
 */
import type { Resolver } from '../dns/mod.ts';
import { isInside, systemClock, type Clock, type Emit, type IpAddress } from '../std/mod.ts';
import type { FactsEvents } from './events.ts';
import { createListHealth } from './listHealth.ts';
import { beginLookup, unasked, type FactsSettings, type Lookup } from './lookup.ts';
import { createTelling } from './telling.ts';
import { createTestEntries } from './testEntries.ts';
import type { ClientLookup } from './types.ts';

export interface ClientFactsOptions {
  readonly resolver: Resolver;
  /** In force now; the same object as long as nothing changed, else what was found is not kept. */
  readonly settings: () => FactsSettings;
  readonly emit: Emit<FactsEvents>;
  readonly clock?: Clock;
  /** Clients whose names are looked up at once, one question each; 100 when absent. */
  readonly names?: number;
  /** Clients whose lists are asked at once, one question for each list; 100 when absent. */
  readonly lists?: number;
}

export interface ClientFacts extends AsyncDisposable {
  /** Starts at once. Clients of loopback and private addresses are not looked up. */
  look(client: IpAddress): ClientLookup;
}

interface Kept {
  readonly lookup: Lookup;
  readonly settings: FactsSettings;
  /** Milliseconds since 1970; undefined while it runs. */
  until: number | undefined;
}

/** A client that is not looked up. */
const NOBODY = unasked({ lists: [], reverseName: false });

const KEPT_CLIENTS = 10_000;
const KEPT_MS = 60_000;
const UNKNOWN_KEPT_MS = 10_000;
const SKIPPED_AGAIN_MS = 60_000;

export function createClientFacts(options: ClientFactsOptions): ClientFacts {
  const clock = options.clock ?? systemClock;
  const health = createListHealth(clock, options.emit);
  const tests = createTestEntries({ resolver: options.resolver, clock, emit: options.emit });
  const skipped = createTelling(SKIPPED_AGAIN_MS);
  // In the order in which they began.
  const clients = new Map<string, Kept>();
  const running = new Set<Lookup>();
  const room = { names: options.names ?? 100, lists: options.lists ?? 100 };
  let closed = false;

  function begin(client: IpAddress, settings: FactsSettings): ClientLookup {
    const wanted = { name: settings.reverseName, lists: settings.lists.length > 0 };
    const asked = { name: wanted.name && room.names > 0, lists: wanted.lists && room.lists > 0 };
    const whole = asked.name === wanted.name && asked.lists === wanted.lists;
    if (!whole) tellSkipped();
    if (!asked.name && !asked.lists) return unasked(settings);
    const lookup = beginLookup(client, settings, { resolver: options.resolver, health, tests, asked });
    const kept: Kept = { lookup, settings, until: undefined };
    remember(client.text, kept);
    running.add(lookup);
    if (asked.name) take('names', lookup.named);
    if (asked.lists) take('lists', lookup.listed);
    void keep(kept, whole);
    return lookup;
  }

  async function keep(kept: Kept, whole: boolean): Promise<void> {
    const { lookup } = kept;
    await lookup.done;
    running.delete(lookup);
    const keptMs = lookup.complete ? KEPT_MS : UNKNOWN_KEPT_MS;
    kept.until = clock.now() + (whole ? keptMs : 0);
  }

  function take(what: 'names' | 'lists', done: Promise<void>): void {
    room[what] -= 1;
    void done.then(() => (room[what] += 1));
  }

  function tellSkipped(): void {
    const times = skipped.note(clock.now());
    if (times !== undefined) options.emit('facts.skipped', { times });
  }

  function remember(key: string, kept: Kept): void {
    clients.delete(key);
    clients.set(key, kept);
    const oldest = clients.keys().next();
    if (clients.size > KEPT_CLIENTS && oldest.done !== true) clients.delete(oldest.value);
  }

  return {
    look(client) {
      if (isInside(client)) return NOBODY;
      const settings = options.settings();
      if (closed) return unasked(settings);
      const kept = clients.get(client.text);
      const fresh = kept !== undefined && (kept.until === undefined || clock.now() < kept.until);
      return fresh && kept.settings === settings ? kept.lookup : begin(client, settings);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const lookup of running) lookup.cancel();
      await tests[Symbol.asyncDispose]();
      await Promise.all([...running].map(({ done }) => done));
    },
  };
}
