/** The listeners of a worker, kept in accord with the configuration: what stays goes on, what is new opens, what went drains. */
import type { SecureContext } from 'node:tls';
import type { Config, ListenerConfig } from '../config/mod.ts';
import { Admission, Listener, Stress, type ListenerEvents } from '../listener/mod.ts';
import type { ListenerSettings, SessionEvents, SessionServices } from '../session/mod.ts';
import type { Emit, Host, IpRange } from '../std/mod.ts';
import { admissionLimits, announcingProxies, listenerSettings } from './settings.ts';

/** Milliseconds between two looks for sessions whose time is over. */
const SWEEP = 1_000;

export interface ListenersOptions {
  /** In force now. */
  readonly config: () => Config;
  readonly secureContext: () => SecureContext | undefined;
  readonly services: SessionServices;
  readonly nextSession: () => string;
  readonly emit: Emit<ListenerEvents & SessionEvents>;
}

interface Open {
  readonly listener: Listener;
  settings: ListenerSettings;
}

export class Listeners implements AsyncDisposable {
  readonly #options: ListenersOptions;
  readonly #admission: Admission;
  readonly #stress = new Stress();
  #proxies: readonly IpRange[] = [];
  /** By what cannot change while a socket is bound: name, address, kind of TLS. */
  #open = new Map<string, Open>();
  /** Those that a reload took away, until their last session has ended. */
  readonly #leaving = new Set<Listener>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#admission = new Admission(() => admissionLimits(options.config()));
    this.#timer = setInterval(() => this.#sweep(), SWEEP);
  }

  get sessions(): number {
    return this.#admission.total;
  }

  /** Brings the bound sockets in accord with the configuration in force. Throws when an address cannot be bound; then nothing was changed. */
  async apply(): Promise<void> {
    const config = this.#options.config();
    const wanted = new Map(
      config.listeners.flatMap((listener) =>
        listener.bind.map((bind) => [keyOf(listener, bind), { listener, bind }] as const),
      ),
    );
    const opened: [string, Open][] = [];
    const before = this.#proxies;
    this.#proxies = announcingProxies(config); // in force before anything new accepts
    try {
      for (const [key, { listener, bind }] of wanted) {
        if (this.#open.has(key)) continue;
        const address = { host: bind.address.text, port: bind.port };
        opened.push([key, await this.#bind(listener, address, listenerSettings(config, listener))]);
      }
    } catch (error) {
      this.#proxies = before;
      await Promise.all(opened.map(([, { listener }]) => listener[Symbol.asyncDispose]()));
      throw error;
    }
    for (const [key, open] of this.#open) {
      const kept = wanted.get(key);
      if (kept !== undefined) open.settings = listenerSettings(config, kept.listener);
    }
    for (const [key, open] of opened) this.#open.set(key, open);
    for (const [key, { listener }] of this.#open) {
      if (wanted.has(key)) continue;
      this.#open.delete(key);
      this.#leaving.add(listener);
      void listener.drain().then(() => this.#leaving.delete(listener));
    }
  }

  /** Accepts nothing more, and waits until every session has ended; those that have not when `signal` aborts are cut off. */
  async drain(signal: AbortSignal): Promise<void> {
    const listeners = this.#all();
    const cutOff = (): void => {
      for (const listener of listeners) void listener[Symbol.asyncDispose]();
    };
    signal.addEventListener('abort', cutOff, { once: true });
    await Promise.all(listeners.map((listener) => listener.drain()));
    signal.removeEventListener('abort', cutOff);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#all().map((listener) => listener[Symbol.asyncDispose]()));
  }

  #all(): Listener[] {
    return [...[...this.#open.values()].map(({ listener }) => listener), ...this.#leaving];
  }

  async #bind(config: ListenerConfig, address: Host, settings: ListenerSettings): Promise<Open> {
    const { secureContext, services, nextSession, emit } = this.#options;
    const current = { settings };
    const listener = await Listener.open({
      bind: [address],
      implicitTls: config.tls === 'implicit',
      settings: () => current.settings,
      proxies: () => this.#proxies,
      secureContext,
      services,
      admission: this.#admission,
      stress: this.#stress,
      nextSession,
      reusePort: process.platform === 'linux' || process.platform === 'freebsd',
      emit,
    });
    return Object.assign(current, { listener });
  }

  #sweep(): void {
    const { services, emit } = this.#options;
    const now = services.clock.now();
    const { heapUsed, external } = process.memoryUsage();
    const memory = heapUsed + external;
    if (this.#stress.observe({ slots: this.#admission.load, memory }))
      emit('listener.stress', { step: this.#stress.level, open: this.#admission.total, memory });
    for (const listener of this.#all()) listener.expire(now);
  }
}

function keyOf({ name, tls }: ListenerConfig, { address, port }: ListenerConfig['bind'][number]): string {
  return `${name} ${tls === 'implicit' ? 'implicit' : 'plain'} ${address.text} ${port}`;
}
