/**
 * Connections that are kept and shared. For each endpoint there is a bounded number; whoever comes when all are taken waits in
 * line. A connection that is given back goes to the next in line, or rests for a while and then says QUIT.
 *
 * A resting connection needs no NOOP before it is used again: its socket tells at once when the peer closes it, it rests only
 * shortly, and a transaction that finds it dead is repeated on a fresh one.
 */
import { heard } from './channel.ts';
import { ABORTED } from './connect.ts';
import type { Connection, OpenConnection, Unopened } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { INTERRUPTED, unwilling } from './unopened.ts';

export interface PoolOptions {
  readonly open: OpenConnection;
  /** Connections to one endpoint at a time. */
  readonly perEndpoint: number;
  /** How long one rests before it is closed, milliseconds. */
  readonly idleMs: number;
  /** Resting connections to all endpoints; beyond it the one that rests longest is closed. */
  readonly idleLimit: number;
  /** Messages tried on one connection before it is closed; fewer where its server says so. */
  readonly messagesPerConnection: number;
  /** For the reply to QUIT, milliseconds. */
  readonly quitMs: number;
}

export type Taken =
  | {
      readonly kind: 'ready';
      readonly connection: Connection;
      /** It rested or served before. */ readonly used: boolean;
    }
  | Unopened;

export interface Pool extends AsyncDisposable {
  /** A connection to the endpoint, yours until you give it back. `fresh`: not one that was used before. */
  take(endpoint: Endpoint, signal: AbortSignal, fresh?: boolean): Promise<Taken>;
  giveBack(connection: Connection): void;
  /**
   * Lets the next in line begin on a connection whose owner only waits for the last reply, with commands sent ahead (RFC 2920);
   * false when nobody is in line. Its owner gives it back all the same.
   */
  lend(connection: Connection): boolean;
  /** Connections that are open or being opened, and of these the resting ones. */
  readonly size: { readonly all: number; readonly resting: number };
}

/** What is known of one endpoint, while it has connections or somebody waits for one. */
interface Place {
  /** Open, or being opened. */
  count: number;
  /** The last is the one that was used most recently: the others get old and close. */
  readonly resting: Connection[];
  readonly waiting: Set<(served: Served) => void>;
}

/** What someone in line gets: a connection, room to open one, or word that there will be neither. */
type Served = Connection | 'room' | 'stopped';

export function createPool(options: PoolOptions): Pool {
  const places = new Map<string, Place>();
  /** In the order in which they began to rest. */
  const resting = new Set<Connection>();
  const all = new Set<Connection>();
  const opening = new Set<Promise<unknown>>();
  const disposed = new AbortController();

  function placeOf(endpoint: Endpoint): Place {
    let place = places.get(endpoint.id);
    if (place === undefined) {
      place = { count: 0, resting: [], waiting: new Set() };
      places.set(endpoint.id, place);
    }
    return place;
  }

  /** RFC 9422 4.1. */
  function isSpent(connection: Connection): boolean {
    return connection.served >= Math.min(options.messagesPerConnection, connection.limits.messages);
  }

  function wake(connection: Connection): void {
    resting.delete(connection);
    const place = placeOf(connection.endpoint);
    const index = place.resting.lastIndexOf(connection);
    if (index !== -1) place.resting.splice(index, 1);
  }

  /** One connection fewer: there is room for the next in line. */
  function leave(endpoint: Endpoint): void {
    const place = placeOf(endpoint);
    place.count -= 1;
    const next = firstOf(place.waiting);
    if (next !== undefined) {
      place.waiting.delete(next);
      place.count += 1;
      next('room');
    } else if (place.count === 0) {
      places.delete(endpoint.id);
    }
  }

  function forget(connection: Connection): void {
    if (!all.delete(connection)) return;
    wake(connection);
    leave(connection.endpoint);
  }

  /** RFC 5321 4.1.1.10: QUIT, and wait for the reply before closing. */
  function quit(connection: Connection): void {
    const { channel } = connection;
    wake(connection);
    if (!channel.isOpen) return;
    const goodbye = heard(channel, options.quitMs, 'QUIT');
    channel.send('QUIT\r\n');
    void goodbye.then(() => channel.destroy());
  }

  function rest(connection: Connection): void {
    placeOf(connection.endpoint).resting.push(connection);
    resting.add(connection);
    connection.channel.rest(options.idleMs, () => quit(connection));
    const oldest = firstOf(resting);
    if (resting.size > options.idleLimit && oldest !== undefined) quit(oldest);
  }

  async function openOne(endpoint: Endpoint, signal: AbortSignal): Promise<Taken> {
    const promise = options.open(endpoint, AbortSignal.any([signal, disposed.signal]));
    opening.add(promise);
    const opened = await promise;
    opening.delete(promise);
    if (opened.kind === 'unopened') {
      leave(endpoint);
      return opened;
    }
    const { connection } = opened;
    all.add(connection);
    void connection.channel.closed.then(() => forget(connection));
    return ready(connection, false);
  }

  function waitInLine(place: Place, signal: AbortSignal): Promise<Served> {
    return new Promise((resolve) => {
      const serve = (served: Served): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(served);
      };
      const giveUp = (): void => {
        place.waiting.delete(serve);
        resolve('stopped');
      };
      place.waiting.add(serve);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  return {
    get size() {
      return { all: all.size + opening.size, resting: resting.size };
    },
    async take(endpoint, signal, fresh = false) {
      if (signal.aborted || disposed.signal.aborted) return STOPPED;
      const place = placeOf(endpoint);
      const rested = fresh ? undefined : place.resting.findLast(({ channel }) => channel.isOpen);
      if (rested !== undefined) {
        wake(rested);
        return ready(rested, true);
      }
      if (place.count < options.perEndpoint) {
        place.count += 1;
        return await openOne(endpoint, signal);
      }
      const served = await waitInLine(place, signal);
      if (served === 'stopped') return STOPPED;
      if (served === 'room') return await openOne(endpoint, signal);
      return ready(served, true);
    },
    lend(connection) {
      if (isSpent(connection) || disposed.signal.aborted) return false;
      const { waiting } = placeOf(connection.endpoint);
      const next = firstOf(waiting);
      if (next === undefined) return false;
      waiting.delete(next);
      next(connection);
      return true;
    },
    giveBack(connection) {
      connection.holders -= 1;
      if (connection.holders > 0 || !connection.channel.isOpen) return;
      if (isSpent(connection) || disposed.signal.aborted) {
        quit(connection);
        return;
      }
      const { waiting } = placeOf(connection.endpoint);
      const next = firstOf(waiting);
      if (next === undefined) {
        rest(connection);
      } else {
        waiting.delete(next);
        next(connection);
      }
    },
    async [Symbol.asyncDispose]() {
      disposed.abort();
      for (const { waiting } of places.values()) {
        for (const serve of waiting) serve('stopped');
        waiting.clear();
      }
      for (const connection of all) {
        if (resting.has(connection)) quit(connection);
        else connection.channel.lose(ABORTED);
      }
      await Promise.all(opening);
      await Promise.all([...all].map((connection) => connection.channel.closed));
    },
  };
}

function ready(connection: Connection, used: boolean): Taken {
  connection.holders += 1;
  return { kind: 'ready', connection, used };
}

const STOPPED: Unopened = unwilling(INTERRUPTED, { elsewhere: false, answered: false });

function firstOf<T>(items: ReadonlySet<T>): T | undefined {
  const next = items.values().next();
  return next.done === true ? undefined : next.value;
}
