/** One worker as the supervisor sees it: a child process that is started again when it ends without being asked to. */
import { fork, type ChildProcess } from 'node:child_process';
import type { Config } from '../config/mod.ts';
import type { Emit } from '../std/mod.ts';
import type { DaemonEvents } from './events.ts';
import { replyTo, takeNote, type UpwardHandlers } from './upward.ts';
import { WorkerChannel, type FromWorker, type RequestName, type WorkerRequests } from './ipc.ts';

/** A worker that accepted mail for at least this long is started again at once. Milliseconds. */
const STEADY = 1_000;
const FIRST_BACKOFF = 100;
const LAST_BACKOFF = 10_000;

/** `draining` also when it has ended because it was told to. */
export type WorkerState = 'starting' | 'running' | 'restarting' | 'draining';

export interface WorkerProcessOptions {
  readonly name: string;
  /** The configuration in force when it is (re)started. */
  readonly config: () => Config;
  readonly liveWorkers: () => readonly string[];
  /** Client addresses that look like gateways now. */
  readonly suspects: () => readonly string[];
  /** Answers what it asks, and hears what it tells. */
  readonly upward: UpwardHandlers;
  readonly emit: Emit<DaemonEvents>;
}

export class WorkerProcess {
  readonly name: string;
  readonly #options: WorkerProcessOptions;
  #child: ChildProcess | undefined;
  #channel: WorkerChannel | undefined;
  #state: WorkerState = 'starting';
  #startedAt = 0;
  #readyAt: number | undefined;
  /** What the process was given when it started. */
  #given: Config | undefined;
  #backoff = 0;
  #restarts = 0;
  #timer: NodeJS.Timeout | undefined;
  #exited: Promise<void> = Promise.resolve();
  #readiness: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(options: WorkerProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get state(): WorkerState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Milliseconds since the epoch; undefined while there is no process. */
  get startedAt(): number | undefined {
    return this.#child === undefined ? undefined : this.#startedAt;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Resolves when it accepts mail; rejects when it cannot for a reason that a restart will not mend. */
  start(): Promise<void> {
    const ready = new Promise<void>((resolve, reject) => (this.#readiness = { resolve, reject }));
    this.#spawn();
    return ready;
  }

  request<N extends RequestName>(
    name: N,
    ask: WorkerRequests[N]['ask'],
  ): Promise<WorkerRequests[N]['answer']> {
    if (this.#channel === undefined || this.#state !== 'running')
      return Promise.reject(new Error(`worker ${this.name} is ${this.#state}`));
    return this.#channel.request(name, ask);
  }

  /** Drains it; what is still running after `withinMs` is killed. Nothing that was accepted is lost either way. */
  async stop(withinMs: number): Promise<void> {
    const child = this.#child;
    clearTimeout(this.#timer);
    const draining = this.#state === 'running' ? this.#channel?.request('drain', { withinMs }) : undefined;
    this.#state = 'draining';
    if (child === undefined) return;
    const kill = setTimeout(() => child.kill('SIGKILL'), withinMs + 1_000);
    if (draining === undefined) child.kill('SIGKILL');
    else await draining.catch(() => undefined); // it ended before it answered: that is what was asked
    await this.#exited;
    clearTimeout(kill);
  }

  #spawn(): void {
    const entry = new URL(
      import.meta.url.endsWith('.ts') ? './workerMain.ts' : './workerMain.js',
      import.meta.url,
    );
    const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const channel = new WorkerChannel(child);
    this.#child = child;
    this.#channel = channel;
    this.#state = 'starting';
    this.#startedAt = Date.now();
    this.#readyAt = undefined;
    child.on('message', (message: FromWorker) => this.#heard(channel, message));
    this.#exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: string | null): void => {
        resolve();
        this.#ended(code, signal);
      };
      child.once('exit', ended);
      // Without a pid there was no process, e.g. while a package manager replaces the program; else `exit` follows.
      child.on('error', () => child.pid === undefined && ended(null, null));
    });
    this.#given = this.#options.config();
    channel.start({
      name: this.name,
      config: this.#given,
      liveWorkers: this.#options.liveWorkers(),
      suspects: this.#options.suspects(),
    });
    this.#options.emit('worker.started', { worker: this.name, workerPid: child.pid ?? 0 });
  }

  #heard(channel: WorkerChannel, message: FromWorker): void {
    const { upward } = this.#options;
    if (channel.settle(message)) return;
    if (message.kind === 'ask') channel.reply(replyTo(upward, message));
    else if (message.kind === 'note') takeNote(upward, message);
    else if (message.kind === 'ready') {
      this.#state = 'running';
      this.#readyAt = Date.now();
      if (this.#given !== this.#options.config()) void this.#catchUp();
      // They may have become others while it started.
      this.request('suspects', this.#options.suspects()).catch(() => undefined); // it ended: the next one is given them
      this.#options.emit('worker.ready', { worker: this.name, milliseconds: Date.now() - this.#startedAt });
      this.#readiness?.resolve();
      this.#readiness = undefined;
    } else if (message.kind === 'failed') this.#cannotStart(message.problem);
  }

  /** At the first start somebody waits to hear of it; later it is tried again, and the log has the cause. */
  #cannotStart(problem: string): void {
    if (this.#readiness === undefined) {
      this.#options.emit('worker.failed', { error: `${this.name} cannot start: ${problem}` });
      return;
    }
    this.#state = 'draining';
    this.#readiness.reject(new Error(problem));
    this.#readiness = undefined;
  }

  /** A reload came while it started: it takes that configuration now, or starts anew with it. */
  async #catchUp(): Promise<void> {
    const child = this.#child;
    const answer = await this.request('configure', this.#options.config()).catch(() => undefined);
    if (answer?.problem !== undefined) child?.kill('SIGKILL');
  }

  #ended(code: number | null, signal: string | null): void {
    this.#channel = undefined;
    this.#child = undefined;
    if (this.#state === 'draining') return;
    // One that ends by itself at the first start will not do better at the second; one that was killed will.
    if (this.#readiness !== undefined && signal === null) {
      this.#cannotStart(`worker ${this.name} ended with code ${code} while it started`);
      return;
    }
    this.#state = 'restarting';
    this.#restarts += 1;
    const steady = this.#readyAt !== undefined && Date.now() - this.#readyAt >= STEADY;
    this.#backoff = steady ? 0 : Math.min(Math.max(FIRST_BACKOFF, this.#backoff * 2), LAST_BACKOFF);
    this.#options.emit('worker.crashed', { worker: this.name, code, signal, restartInMs: this.#backoff });
    this.#timer = setTimeout(() => this.#spawn(), this.#backoff);
  }
}
