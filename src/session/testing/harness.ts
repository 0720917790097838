/** A session over octets in memory. */
import { Buffer } from 'node:buffer';
import { parseIp, type Emit, type IpAddress } from '../../std/mod.ts';
import { Session, type After, type IncomingMessage, type SessionEvents } from '../mod.ts';
import { Kept, services, USUAL, type World } from './services.ts';

export { POLICY, SETTINGS } from './services.ts';

function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
}

export interface LoggedEvent {
  readonly name: string;
  readonly fields: object;
}

/** One client's connection. */
export class Harness {
  readonly session: Session;
  readonly events: LoggedEvent[] = [];
  readonly kept = new Kept();
  output = '';
  ended = false;
  tlsAsked = 0;
  paused = false;
  /** Octets the client pretends not to have read. */
  pending = 0;
  /** False: what is written from now on is not read. */
  reads = true;
  now = Date.UTC(2026, 10, 24, 12, 0, 0);
  /** What waits for its time, in the order it was asked for. */
  #timers: { readonly at: number; readonly call: () => void }[] = [];

  constructor(world: Partial<World> = {}) {
    const whole = { ...USUAL, ...world };
    const { client, local, settings } = whole;
    const peer = { id: 'T1', client: ip(client), clientPort: 40_000, localAddress: ip(local), localPort: 25 };
    const emit: Emit<SessionEvents> = (name, fields) => this.events.push({ name, fields });
    this.session = new Session(
      peer,
      this.#transport(),
      () => settings,
      services(whole, { kept: this.kept, emit, now: () => this.now, after: this.#after }),
    );
    this.session.open();
  }

  /** Sends octets and waits until the session has nothing more to do. */
  async send(octets: string | Buffer): Promise<void> {
    this.session.receive(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets);
    await this.settle();
  }

  /** Nothing in memory waits longer: a turn goes by only when no promise can go on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Lets time go by, with what falls due in it. */
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.now = Math.max(this.now, due.at);
      due.call();
      await this.settle();
    }
    this.now = until;
  }

  /** How many calls wait for their time: none may be left when a session has ended. */
  get timers(): number {
    return this.#timers.length;
  }

  readonly #after: After = (ms, call) => {
    const timer = { at: this.now + ms, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** The replies so far, one string each, multi-line ones joined by `\n`; they are taken. */
  replies(): string[] {
    const replies = this.output.match(/(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\r\n/g) ?? [];
    this.output = '';
    return replies.map((reply) => reply.trimEnd().replaceAll('\r\n', '\n'));
  }

  /** The codes of the replies so far; they are taken. */
  codes(): string {
    return this.replies()
      .map((reply) => reply.slice(0, 3))
      .join(',');
  }

  /** Large bodies that are neither stored nor let go. */
  get leaks(): string[] {
    const stored = new Set(this.messages.map(({ id }) => id));
    return [...this.files.keys()].filter((id) => !stored.has(id));
  }

  get messages(): readonly IncomingMessage[] {
    return this.kept.messages;
  }

  get files(): ReadonlyMap<string, readonly Buffer[]> {
    return this.kept.files;
  }

  content(index: number): string {
    return this.kept.content(index);
  }

  #transport(): ConstructorParameters<typeof Session>[1] {
    const pending = (): number => this.pending;
    return {
      write: (octets) => {
        this.output += octets;
        if (!this.reads) this.pending += octets.length;
      },
      get pending() {
        return pending();
      },
      pause: () => {
        this.paused = true;
      },
      resume: () => {
        this.paused = false;
      },
      startTls: () => {
        this.tlsAsked += 1;
      },
      end: () => {
        this.ended = true;
      },
    };
  }
}
