/** The listeners of a worker, kept in accord with the configuration: what stays goes on, what is new opens, what went drains. */
import type { SecureContext } from 'node:tls';
import type { Config, ListenerConfig } from '../config/mod.ts';
import { Admission, Listener, type ListenerEvents } from '../listener/mod.ts';
import type { ListenerSettings, SessionEvents, SessionServices } from '../session/mod.ts';
import type { Emit, Host } from '../std/mod.ts';
import { admissionLimits, listenerSettings } from './settings.ts';

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
  /** By what cannot change while a socket is bound: name, address, kind of TLS. */
  #open = new Map<string, Open>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#admission = new Admission(() => admissionLimits(options.config()));
    this.#timer = setInterval(() => this.#sweep(), SWEEP);
  }

  get sessions(): number {
    return this.#admission.total;
  }

  /** Brings the bound sockets in accord with the configuration in force. Throws when an address cannot be bound; what was open stays so. */
  async apply(): Promise<void> {
    const config = this.#options.config();
    const wanted = new Map(
      config.listeners.flatMap((listener) =>
        listener.bind.map((bind) => [keyOf(listener, bind), { listener, bind }] as const),
      ),
    );
    const opened: [string, Open][] = [];
    try {
      for (const [key, { listener, bind }] of wanted) {
        const settings = listenerSettings(config, listener);
        const present = this.#open.get(key);
        if (present === undefined)
          opened.push([
            key,
            await this.#bind(listener, { host: bind.address.text, port: bind.port }, settings),
          ]);
        else present.settings = settings;
      }
    } catch (error) {
      await Promise.all(opened.map(([, { listener }]) => listener[Symbol.asyncDispose]()));
      throw error;
    }
    for (const [key, open] of opened) this.#open.set(key, open);
    for (const [key, { listener }] of this.#open) {
      if (wanted.has(key)) continue;
      this.#open.delete(key);
      void listener.drain(); // its sessions end by themselves; nothing waits for them
    }
  }

  /** Accepts nothing more, and waits until every session has ended. */
  async drain(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ listener }) => listener.drain()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#open.values()].map(({ listener }) => listener[Symbol.asyncDispose]()));
  }

  async #bind(config: ListenerConfig, address: Host, settings: ListenerSettings): Promise<Open> {
    const { secureContext, services, nextSession, emit } = this.#options;
    const current = { settings };
    const listener = await Listener.open({
      bind: [address],
      implicitTls: config.tls === 'implicit',
      settings: () => current.settings,
      secureContext,
      services,
      admission: this.#admission,
      nextSession,
      reusePort: process.platform === 'linux' || process.platform === 'freebsd',
      emit,
    });
    return Object.assign(current, { listener });
  }

  #sweep(): void {
    const now = this.#options.services.clock.now();
    for (const { listener } of this.#open.values()) listener.expire(now);
  }
}

function keyOf({ name, tls }: ListenerConfig, { address, port }: ListenerConfig['bind'][number]): string {
  return `${name} ${tls === 'implicit' ? 'implicit' : 'plain'} ${address.text} ${port}`;
}
