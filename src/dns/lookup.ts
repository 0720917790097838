/** Looking up records of one type: from memory, together with others who ask the same just now, or from the name servers. */
import type { Clock } from '../std/mod.ts';
import { interpret, type Meaning, type RecordReader } from './answer.ts';
import { createCache } from './cache.ts';
import type { Exchange } from './exchange.ts';
import { foldName, isAskable } from './name.ts';

export type Found<T> = Exclude<Meaning<T>, { kind: 'alias' }>;

export interface LookupOptions<T> {
  readonly reader: RecordReader<T>;
  readonly exchange: Exchange;
  /** An answer without records counts as one. */
  readonly cacheRecords: number;
  readonly clock: Clock;
}

export interface Lookup<T> {
  find(name: string, signal: AbortSignal): Promise<Found<T>>;
  /** Ends every question under way as temporary, and resolves when their sockets are closed. */
  close(): Promise<void>;
}

const SECOND = 1000;
/** No answer is kept longer, whatever it says, so that a mistake in a zone heals within a day. */
const LONGEST_S = 86_400;
/** RFC 2308 5 recommends one to three hours at most. */
const LONGEST_NEGATIVE_S = 3 * 3600;
/** A time to live of 0 forbids keeping the answer beyond the question (RFC 1035 3.2.1); one second lets a burst share it. */
const SHORTEST_S = 1;
/** RFC 9520 3.2: a failure is kept for at least one second and at most five minutes. */
const FAILURE_S = 5;

/** A question under way and how many wait for its answer. */
interface Shared<T> {
  readonly answer: Promise<Found<T>>;
  readonly controller: AbortController;
  waiting: number;
}

export function createLookup<T>(options: LookupOptions<T>): Lookup<T> {
  const cache = createCache<{ readonly answer: Found<T>; readonly since: number }>(options.cacheRecords);
  const underWay = new Map<string, Shared<T>>();

  async function ask(name: string, signal: AbortSignal): Promise<Found<T>> {
    const answer = await resolve(name, options, signal);
    // That we are busy says nothing of the name.
    if (answer.kind === 'busy') return { kind: 'temporary', text: 'too many questions at once' };
    const since = options.clock.now();
    const seconds = keepFor(answer);
    if (seconds > 0 && !signal.aborted) {
      const weight = answer.kind === 'found' ? answer.records.length : 1;
      cache.set(name, { value: { answer, since }, expires: since + seconds * SECOND, weight });
    }
    return answer;
  }

  function begin(name: string): Shared<T> {
    const controller = new AbortController();
    const answer = ask(name, controller.signal).finally(() => {
      if (underWay.get(name)?.controller === controller) underWay.delete(name);
    });
    const shared = { answer, controller, waiting: 0 };
    underWay.set(name, shared);
    return shared;
  }

  function leave(name: string, shared: Shared<T>): void {
    shared.waiting -= 1;
    if (shared.waiting > 0) return;
    // Nobody is left to want it; who comes later asks afresh.
    if (underWay.get(name) === shared) underWay.delete(name);
    shared.controller.abort();
  }

  return {
    async find(text, signal) {
      const name = foldName(text);
      if (!isAskable(name)) return { kind: 'nxDomain', ttl: 0 };
      const now = options.clock.now();
      const kept = cache.get(name, now);
      if (kept !== undefined) return aged(kept.answer, now - kept.since);
      if (signal.aborted) return { kind: 'temporary', text: 'cancelled' };
      const shared = underWay.get(name) ?? begin(name);
      shared.waiting += 1;
      try {
        return await orCancelled(shared.answer, signal);
      } finally {
        leave(name, shared);
      }
    },
    async close() {
      const questions = [...underWay.values()];
      for (const shared of questions) shared.controller.abort();
      await Promise.all(questions.map((shared) => shared.answer));
    },
  };
}

async function resolve<T>(
  name: string,
  options: LookupOptions<T>,
  signal: AbortSignal,
): Promise<Found<T> | { readonly kind: 'busy' }> {
  let asked = name;
  let links = 0;
  let ttl = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const response = await options.exchange({ name: asked, type: options.reader.type }, signal);
    if (response.kind !== 'answer') return response;
    const meaning = interpret(response.packet, asked, options.reader, links);
    if (meaning.kind === 'temporary') return meaning;
    ttl = Math.min(ttl, meaning.ttl);
    if (meaning.kind !== 'alias') return { ...meaning, ttl };
    // An alias to something that can be no host: the name leads nowhere.
    if (!isAskable(meaning.target)) return { kind: 'nxDomain', ttl };
    asked = meaning.target;
    links = meaning.links;
  }
}

function keepFor<T>(found: Found<T>): number {
  if (found.kind === 'temporary') return FAILURE_S;
  if (found.kind === 'found') return Math.min(Math.max(found.ttl, SHORTEST_S), LONGEST_S);
  return Math.min(found.ttl, LONGEST_NEGATIVE_S);
}

/** The answer with the time it was kept taken off. */
function aged<T>(found: Found<T>, ageMs: number): Found<T> {
  if (found.kind === 'temporary') return found;
  return { ...found, ttl: Math.max(0, found.ttl - Math.floor(ageMs / SECOND)) };
}

function orCancelled<T>(answer: Promise<Found<T>>, signal: AbortSignal): Promise<Found<T>> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => resolve({ kind: 'temporary', text: 'cancelled' });
    signal.addEventListener('abort', cancel, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}
