/**
 * What supervisor and workers say to each other over the channel of `child_process.fork`: requests and their answers,
 * typed by name. Everything is plain data (structured clone).
 */
import type { ChildProcess } from 'node:child_process';
import type { Config } from '../config/mod.ts';
import type { QueueFilter, SpooledMessage, SpoolStats } from '../spool/mod.ts';
import type { AnyAsk, AnyNote, AnyReply } from './upward.ts';

/** How long a worker may live on when its supervisor is gone. The next daemon waits for it. Milliseconds. */
export const ORPHAN_TIME = 4_000;

/** What the supervisor asks a worker for, and what it gets. */
export interface WorkerRequests {
  /** Puts a new configuration in force; everything in it was validated. Answers what could not be done, if anything. */
  configure: { ask: Config; answer: { readonly problem: string | undefined } };
  status: { ask: null; answer: WorkerReport };
  /** The client addresses that look like gateways, all of them. */
  suspects: { ask: readonly string[]; answer: null };
  queueList: { ask: QueueFilter; answer: readonly SpooledMessage[] };
  queueShow: { ask: { readonly id: string }; answer: SpooledMessage | null };
  /** Answers how many messages are tried again at once. */
  queueRetry: { ask: readonly string[] | 'all'; answer: number };
  /** Answers how many recipients of the domain are due now. */
  queueTurn: { ask: { readonly domain: string; readonly subdomains: boolean }; answer: number };
  /** Answers how many messages were held, or released and tried again at once. */
  queueHold: { ask: readonly string[]; answer: number };
  queueRelease: { ask: readonly string[]; answer: number };
  /** Answers how many messages were deleted. */
  queueDelete: { ask: { readonly ids: readonly string[]; readonly reason: string }; answer: number };
  queueStats: { ask: null; answer: SpoolStats };
  /** Opens the log file again, after log rotation. */
  reopenLog: { ask: null; answer: null };
  /** Stops accepting, finishes what is under way, and ends the process. */
  drain: { ask: { readonly withinMs: number }; answer: null };
}

export interface WorkerReport {
  readonly sessions: number;
  /** Messages in memory: waiting to be tried at once or being tried. */
  readonly active: number;
  readonly inFlight: number;
  readonly spool: SpoolStats;
}

export type RequestName = keyof WorkerRequests;

export interface Start {
  readonly kind: 'start';
  readonly name: string;
  readonly config: Config;
  /** All workers there are, this one included; spools of others are adopted. */
  readonly liveWorkers: readonly string[];
  /** As in the request of that name. */
  readonly suspects: readonly string[];
}

export interface Request<N extends RequestName> {
  readonly kind: 'request';
  readonly id: number;
  readonly name: N;
  readonly ask: WorkerRequests[N]['ask'];
}

export interface Answer<N extends RequestName> {
  readonly kind: 'answer';
  readonly id: number;
  readonly name: N;
  readonly answer: WorkerRequests[N]['answer'];
}

export type AnyRequest = { readonly [N in RequestName]: Request<N> }[RequestName];
export type AnyAnswer = Answer<RequestName>;

/** Supervisor to worker. `reply` is what a worker asked for, see `upward.ts`. */
export type ToWorker = Start | AnyRequest | AnyReply;

/** Worker to supervisor. */
export type FromWorker =
  | { readonly kind: 'ready' }
  /** It could not start, for a reason that a restart will not mend; the process ends. */
  | { readonly kind: 'failed'; readonly problem: string }
  | AnyAnswer
  | { readonly kind: 'error'; readonly id: number; readonly error: string }
  | AnyAsk
  | AnyNote;

/** The handlers of a worker: one for each request, or it does not compile. */
export type RequestHandlers = {
  readonly [N in RequestName]: (ask: WorkerRequests[N]['ask']) => Promise<WorkerRequests[N]['answer']>;
};

/** The worker's end: answers one request. */
export async function answer<N extends RequestName>(
  handlers: RequestHandlers,
  { id, name, ask }: Request<N>,
): Promise<Answer<N>> {
  return { kind: 'answer', id, name, answer: await handlers[name](ask) };
}

type Waiting = { readonly [N in RequestName]: Map<number, (answer: WorkerRequests[N]['answer']) => void> };

/** The supervisor's end: sends requests and matches their answers. */
export class WorkerChannel {
  readonly #child: ChildProcess;
  readonly #failures = new Map<number, (error: Error) => void>();
  readonly #waiting: Waiting = {
    configure: new Map(),
    status: new Map(),
    suspects: new Map(),
    queueList: new Map(),
    queueShow: new Map(),
    queueRetry: new Map(),
    queueTurn: new Map(),
    queueHold: new Map(),
    queueRelease: new Map(),
    queueDelete: new Map(),
    queueStats: new Map(),
    reopenLog: new Map(),
    drain: new Map(),
  };
  #nextId = 1;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('exit', () => this.#gone());
  }

  start(start: Omit<Start, 'kind'>): void {
    this.#send({ kind: 'start', ...start });
  }

  /** Rejects when the worker reports an error or ends before it answers. */
  request<N extends RequestName>(
    name: N,
    ask: WorkerRequests[N]['ask'],
  ): Promise<WorkerRequests[N]['answer']> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answered = new Promise<WorkerRequests[N]['answer']>((resolve, reject) => {
      this.#waiting[name].set(id, resolve);
      this.#failures.set(id, (error) => {
        this.#waiting[name].delete(id);
        reject(error);
      });
    });
    const request: Request<N> = { kind: 'request', id, name, ask };
    this.#send(request);
    return answered;
  }

  /** A worker may be dead before we hear of it; without the callback Node would throw that as an event nobody hears. */
  #send(message: Start | Request<RequestName> | AnyReply): void {
    this.#child.send(message, (error) => {
      if (error !== null) this.#gone();
    });
  }

  /** Answers what the worker asked. */
  reply(reply: AnyReply): void {
    this.#send(reply);
  }

  /** Takes an answer; false for other messages. */
  settle(message: FromWorker): boolean {
    if (message.kind === 'error') this.#failures.get(message.id)?.(new Error(message.error));
    else if (message.kind === 'answer') this.#answered(message);
    else return false;
    this.#failures.delete(message.id);
    return true;
  }

  #answered<N extends RequestName>(message: Answer<N>): void {
    this.#waiting[message.name].get(message.id)?.(message.answer);
    this.#waiting[message.name].delete(message.id);
  }

  #gone(): void {
    for (const fail of this.#failures.values()) fail(new Error('the worker ended before it answered'));
    this.#failures.clear();
  }
}
