/**
 * The other direction: what a worker asks its supervisor, and what it only tells. Few things are asked, since workers share
 * nothing on the hot path, and every question has a deadline: without a supervisor, or with one that is too busy, the worker goes
 * by the answer that is safe.
 */
import type { HistoryBatch } from '../history/mod.ts';
import type { Counting, GuardAnswer, Level, LoginAttempt, Sighting, Taken } from '../ledger/mod.ts';

/** What a worker asks, and what it gets. */
export interface SupervisorRequests {
  /** Counts one recipient against the limits of its grant. */
  takeLimits: { ask: readonly Counting[]; answer: Taken };
  /** Whether a login is verified. */
  beforeLogin: { ask: LoginAttempt; answer: GuardAnswer };
  /** Counts a recipient that does not exist, for a network; how many of them all workers have counted; null: they are not. */
  unknownRecipient: { ask: string; answer: Level | null };
}

/** What a worker tells; nothing comes back. */
export interface SupervisorNotes {
  /** ETRN: the other workers are to start their queue of the domain. */
  turn: { readonly from: string; readonly domain: string; readonly subdomains: boolean };
  /** A recipient was let in for a client by its address alone. */
  sighting: Sighting;
  /** What is remembered of its mail. */
  history: HistoryBatch;
  /** What became of a login that was verified. */
  afterLogin: LoginAttempt & { readonly accepted: boolean };
}

export type AskName = keyof SupervisorRequests;
export type NoteName = keyof SupervisorNotes;

export interface Ask<N extends AskName> {
  readonly kind: 'ask';
  readonly id: number;
  readonly name: N;
  readonly ask: SupervisorRequests[N]['ask'];
}

export interface Reply<N extends AskName> {
  readonly kind: 'reply';
  readonly id: number;
  readonly name: N;
  readonly answer: SupervisorRequests[N]['answer'];
}

export interface Note<N extends NoteName> {
  readonly kind: 'note';
  readonly name: N;
  readonly note: SupervisorNotes[N];
}

export type AnyAsk = Ask<AskName>;
export type AnyReply = Reply<AskName>;
export type AnyNote = Note<NoteName>;

/** The supervisor's handlers: one for each question and each note, or it does not compile. They answer from memory. */
export interface UpwardHandlers {
  readonly asks: {
    readonly [N in AskName]: (ask: SupervisorRequests[N]['ask']) => SupervisorRequests[N]['answer'];
  };
  readonly notes: { readonly [N in NoteName]: (note: SupervisorNotes[N]) => void };
}

/** The supervisor's end: answers one question. */
export function replyTo<N extends AskName>(handlers: UpwardHandlers, { id, name, ask }: Ask<N>): Reply<N> {
  return { kind: 'reply', id, name, answer: handlers.asks[name](ask) };
}

/** The supervisor's end: takes one note. */
export function takeNote<N extends NoteName>(handlers: UpwardHandlers, { name, note }: Note<N>): void {
  handlers.notes[name](note);
}

type Waiting = {
  readonly [N in AskName]: Map<number, (answer: SupervisorRequests[N]['answer'] | undefined) => void>;
};

/** Hands a message to the supervisor, or drops it when there is none any more; either way `sent` is called when it has left. */
export type Send = (message: AnyAsk | AnyNote, sent?: () => void) => void;

/** The worker's end. */
export class SupervisorChannel {
  readonly #send: Send;
  readonly #waiting: Waiting = {
    takeLimits: new Map(),
    beforeLogin: new Map(),
    unknownRecipient: new Map(),
  };
  #nextId = 1;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Questions that are not answered yet. */
  get pending(): number {
    return Object.values(this.#waiting).reduce((sum, { size }) => sum + size, 0);
  }

  /** Resolves with undefined when there is no answer within `withinMs` milliseconds. Never rejects. */
  ask<N extends AskName>(
    name: N,
    ask: SupervisorRequests[N]['ask'],
    withinMs: number,
  ): Promise<SupervisorRequests[N]['answer'] | undefined> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const waiting = this.#waiting[name];
      const done = (answer: SupervisorRequests[N]['answer'] | undefined): void => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => done(undefined), withinMs);
      waiting.set(id, done);
      const question: Ask<N> = { kind: 'ask', id, name, ask };
      this.#send(question);
    });
  }

  /** `sent` is called when the note has left this process, for who would otherwise fill its memory. */
  tell<N extends NoteName>(name: N, note: SupervisorNotes[N], sent?: () => void): void {
    const told: Note<N> = { kind: 'note', name, note };
    this.#send(told, sent);
  }

  /** Takes an answer; one that comes too late is dropped. */
  settle<N extends AskName>({ id, name, answer }: Reply<N>): void {
    this.#waiting[name].get(id)?.(answer);
  }

  /** The supervisor is gone: whoever waits is told so. */
  gone(): void {
    for (const waiting of Object.values(this.#waiting)) for (const done of waiting.values()) done(undefined);
  }
}
