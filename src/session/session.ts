/**
 * The half of a session that acts: octets in, one reply per command out, in order. Which step a command leads to is
 * decided by `transition()`; this class carries the steps out, one at a time: while one waits (for the disk, for a
 * password check, for the limits of a grant) nothing behind it is looked at.
 */
import type { Buffer } from 'node:buffer';
import { formatReply, type Reply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import { Arrival } from './arrival.ts';
import { verify } from './authentication.ts';
import type { SessionEnd, SessionRef } from './events.ts';
import { greet } from './greet.ts';
import { Input } from './input.ts';
import { AUTH_LINE_LIMIT, COMMAND_LINE_LIMIT, stepFor, type LineStep } from './lines.ts';
import { Output } from './output.ts';
import { Counts, longestAge } from './pacing.ts';
import { judgeRecipient } from './recipient.ts';
import { REPLIES } from './replies.ts';
import { judgeMail } from './sender.ts';
import {
  holdsContent,
  standing,
  takesOctets,
  type ContentState,
  type LineState,
  type State,
  type SwallowState,
} from './state.ts';
import type { Circumstances } from './step.ts';
import { askTurn } from './turn.ts';
import type { ListenerSettings, Peer, SessionServices, TlsFacts, Transport } from './types.ts';
import { Waiting } from './waiting.ts';

/**
 * `idle`: the next line or octets are looked at. `waiting`: for something that is of no use when the session ends. `committed`:
 * for an authentication or a message that is being stored, which nothing cuts off before its reply. `held`: the reply to an error
 * waits, and nothing is written before its time.
 */
type Work = 'idle' | 'waiting' | 'committed' | 'held';

export class Session implements Acting {
  readonly services: SessionServices;
  readonly #transport: Transport;
  readonly #settings: () => ListenerSettings;
  readonly #input = new Input(COMMAND_LINE_LIMIT);
  readonly #output: Output;
  readonly #waiting: Waiting;
  readonly #arrival: Arrival;
  readonly #counts = new Counts();
  readonly #openedAt: number;
  #peer: Peer;
  #state: State;
  #work: Work = 'idle';
  #inputEnded = false;
  #paused = false;
  #draining = false;
  #reported = false;
  /** Since when what comes next is waited for. */
  #touchedAt: number;

  constructor(
    peer: Peer,
    transport: Transport,
    settings: () => ListenerSettings,
    services: SessionServices,
    tls?: TlsFacts,
  ) {
    this.#peer = peer;
    this.#transport = transport;
    this.#settings = settings;
    this.services = services;
    this.#output = new Output(transport);
    this.#waiting = new Waiting(services.after);
    this.#state = { phase: 'silence', tls, account: undefined };
    this.#openedAt = services.clock.now();
    this.#arrival = new Arrival(this, this.#input, this.#openedAt);
    this.#touchedAt = this.#openedAt;
  }

  /** Greets the client, at once or after the delay in which it must keep silent. */
  open(): void {
    this.services.emit('session.opened', { ...this.ref, local: this.peer.localAddress.text });
    const { greetingDelay } = this.settings;
    if (greetingDelay > 0) this.#wait(this.pause(greetingDelay).then(() => greet(this)));
    else greet(this);
    this.#flush();
  }

  /** Octets from the client, in order. */
  receive(chunk: Buffer): void {
    if (this.#state.phase === 'ended') return;
    if (this.#state.phase === 'silence') {
      // RFC 5321 3.1: a client waits for the greeting.
      this.services.emit('session.earlyTalker', { ...this.ref, octets: chunk.length });
      return this.close(REPLIES.earlyTalker, 'errors');
    }
    this.#input.push(chunk);
    // A command must come whole in its time; of content every block has its own.
    if (takesOctets(this.#state)) this.#touch();
    this.#pump();
  }

  /** The client sends no more; what it sent is still answered. */
  inputEnd(): void {
    this.#inputEnded = true;
    this.#pump();
  }

  /** The client took some of what was written. */
  drained(): void {
    this.#pump();
  }

  /** TLS is agreed: everything known of the client before is forgotten (RFC 3207 4.2). */
  secured(tls: TlsFacts): void {
    this.services.emit('session.secured', { ...this.ref, ...tls });
    this.become({ phase: 'connected', tls, account: undefined });
    this.#resume(this.services.clock.now());
  }

  /** The connection is gone. */
  closed(reason: SessionEnd): void {
    this.#finish(reason);
  }

  /** Called now and then: ends the session when its time is over. What is being stored or verified gets its reply first. */
  expire(now: number): void {
    if (this.#work === 'committed' || this.#state.phase === 'ended') return;
    const overdue = now > this.#openedAt + longestAge(this.#state, this.settings);
    if (overdue || (this.#work === 'idle' && now > this.#touchedAt + this.#patience()))
      return this.close(REPLIES.timeout, 'timeout');
    if (this.#work !== 'idle' || !takesOctets(this.#state)) return;
    if (this.#arrival.isTooSlow(now)) this.close(REPLIES.tooSlow, 'timeout');
  }

  /** Ends the session as soon as what it does now has its reply (RFC 5321 3.8). */
  drain(): void {
    this.#draining = true;
    this.#waiting.release();
    this.#pump();
  }

  get peer(): Peer {
    return this.#peer;
  }

  get settings(): ListenerSettings {
    return this.#settings();
  }

  get state(): State {
    return this.#state;
  }

  get ref(): SessionRef {
    return { session: this.peer.id, client: this.peer.client.text, listener: this.settings.name };
  }

  /** The one setter of the state. */
  become(next: State): void {
    this.#state = next;
    if (!holdsContent(next)) this.#arrival.discard();
    const { auth } = this.settings;
    this.#input.lineLimit = next.phase === 'login' || auth !== 'off' ? AUTH_LINE_LIMIT : COMMAND_LINE_LIMIT;
  }

  pause(milliseconds: number): Promise<void> {
    return this.#waiting.pause(milliseconds);
  }

  countError(): void {
    this.#counts.errors += 1;
  }

  countMessage(): void {
    this.#counts.messages += 1;
    this.#counts.junk = 0;
  }

  refused(verb: string, reply: Reply): void {
    this.countError();
    this.services.emit('session.error', { ...this.ref, verb, reply: formatReply(reply).trimEnd() });
  }

  say(reply: Reply): void {
    this.#output.say(reply);
  }

  close(reply: Reply | undefined, reason: SessionEnd): void {
    if (this.#state.phase === 'ended') return;
    if (reply !== undefined) this.say(reply);
    this.#work = 'idle';
    this.#flush();
    this.#finish(reason);
    this.#transport.end();
  }

  #touch(): void {
    this.#touchedAt = this.services.clock.now();
  }

  /** Milliseconds. Asked each time: under stress the listener shortens what has begun already. */
  #patience(): number {
    const { timeouts } = this.settings;
    return takesOctets(this.#state) ? timeouts.data : timeouts.command;
  }

  /** Looks at what has come until there is no more, something must be waited for, or the client does not read. */
  #pump(): void {
    try {
      while (this.#work === 'idle' && this.#clientReads()) {
        if (this.#hold() || !this.#take()) break;
      }
      this.#rest();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @returns false when more octets are needed, or none are wanted. */
  #take(): boolean {
    const state = this.#state;
    if (state.phase === 'silence' || state.phase === 'ended') return false;
    return takesOctets(state) ? this.#takeOctets(state) : this.#takeLine(state);
  }

  /** Past the soft limit the reply to an error waits, and so does everything behind it. */
  #hold(): boolean {
    const delay = this.#counts.dueDelay(this.settings.limits.softErrors);
    if (delay === 0 || this.#draining || this.#state.phase === 'ended') return false;
    this.#wait(this.pause(delay), 'held');
    return true;
  }

  /** Replies are sent on as they become many, so that one chunk of short commands does not become a heap of long replies. */
  #clientReads(): boolean {
    if (this.#output.isFull) this.#flush();
    return this.#output.isTaken;
  }

  /** Between commands: what drains, ends, and how fast the client may send on. */
  #rest(): void {
    if (this.#draining && this.#work === 'idle' && !takesOctets(this.#state))
      return this.close(REPLIES.shuttingDown, 'shutdown');
    this.#flush();
    const reads = this.#clientReads(); // while it does not, there may be lines that have not been looked at
    if (this.#work === 'idle' && reads && this.#inputEnded && this.#input.isEmpty)
      return this.close(undefined, 'disconnected');
    const pause = this.#input.isFull || !reads;
    if (pause === this.#paused) return undefined;
    this.#paused = pause;
    return pause ? this.#transport.pause() : this.#transport.resume();
  }

  /** @returns false when more octets are needed. */
  #takeLine(state: LineState): boolean {
    if (this.#draining) return false;
    const line = this.#input.nextLine();
    if (line === undefined) return false;
    this.#touch();
    const { limits } = this.settings;
    if (this.#counts.errors >= limits.errors) this.close(REPLIES.tooManyErrors, 'errors');
    else {
      const done = stepFor(state, line, this.#circumstances());
      if (done.junk) this.#counts.junk += 1;
      if (this.#counts.junk > limits.junkCommands) this.close(REPLIES.tooManyCommands, 'limit');
      else this.#carryOut(done);
    }
    return true;
  }

  #circumstances(): Circumstances {
    const { intake, authenticator, clock } = this.services;
    return {
      settings: this.settings,
      client: this.peer.client,
      now: clock.now(),
      accepting: intake.accepts(),
      messages: this.#counts.messages,
      transactions: this.#counts.transactions,
      standing: (account) => authenticator.standing(account),
    };
  }

  #carryOut({ step, verb }: LineStep): void {
    switch (step.kind) {
      case 'reply':
        this.say(step.reply);
        return this.#goOn(step.next);
      case 'refuse':
        if (step.next !== undefined) this.become(step.next);
        this.refused(verb, step.reply);
        return this.say(step.reply);
      case 'begin':
        return this.#goOn(judgeMail(this, step.next) ?? this.#state);
      case 'judge':
        return this.#wait(judgeRecipient(this, step.to, step.parameters));
      case 'receive':
      case 'swallow':
        return this.#goOn(step.next);
      case 'verify':
        this.become(step.next);
        return this.#wait(verify(this, step.credentials), 'committed');
      case 'startTls':
        return this.#startTls();
      case 'turn':
        return this.#wait(askTurn(this, step.target));
      case 'speakFor':
        return this.#speakFor(step.client);
      case 'close':
        return this.close(step.reply, step.reason);
    }
  }

  #goOn(next: State): void {
    this.become(next);
    if (next.phase === 'transaction') this.#counts.transactions = next.transaction.number;
    if (takesOctets(next)) this.#arrival.begin(next);
    this.#touch(); // what is waited for next may have another time-out
  }

  /** Nothing more is looked at until `work` is done. Most is done at once, and then there is none. */
  #wait(work: Promise<void> | undefined, kind: Work = 'waiting'): void {
    if (work === undefined) return;
    this.#work = kind;
    this.#flush();
    const since = this.services.clock.now();
    const go = (): void => {
      const now = this.services.clock.now();
      this.#arrival.waited(now - since);
      if (kind === 'held') this.#output.flush(); // the next error delays only what is said after this one
      this.#resume(now);
    };
    work.then(go, (error: unknown) => this.#fail(error)).catch(() => undefined); // neither of the two throws
  }

  /** What was waited for is done; if the session's time is over meanwhile, it ends with this reply. */
  #resume(now: number): void {
    this.#work = 'idle';
    this.#touch();
    this.expire(now);
    this.#pump();
  }

  #startTls(): void {
    const injected = this.#input.clear();
    if (injected > 0) this.services.emit('session.injection', { ...this.ref, octets: injected });
    this.say(REPLIES.startTls);
    this.#work = 'waiting';
    this.#flush();
    this.#transport.startTls();
  }

  /** XCLIENT: the client, its rights and everything known of it are those of the one that was named. */
  #speakFor(client: Omit<Peer, 'id'>): void {
    const proxy = this.peer.client.text;
    this.#peer = { id: this.peer.id, ...client };
    this.services.emit('session.xclient', { ...this.ref, proxy, local: client.localAddress.text });
    greet(this);
  }

  /** @returns false when more octets are needed. */
  #takeOctets(state: ContentState | SwallowState): boolean {
    const taken = this.#arrival.take(state);
    if (taken === undefined) return false;
    this.#wait(taken.work, taken.commit ? 'committed' : 'waiting');
    return true;
  }

  #flush(): void {
    if (this.#work !== 'held') this.#output.flush();
  }

  /** A bug, caught at the edge of the connection: the client gets a temporary failure, the log the cause. */
  #fail(error: unknown): void {
    this.services.emit('session.failed', {
      ...this.ref,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    this.close(REPLIES.spoolFailed, 'failure');
  }

  #finish(reason: SessionEnd): void {
    if (this.#reported) return;
    this.#reported = true;
    this.become({ ...standing(this.#state), phase: 'ended' });
    this.#input.clear();
    this.#waiting.release();
    this.services.emit('session.closed', {
      ...this.ref,
      reason,
      messages: this.#counts.messages,
      errors: this.#counts.errors,
      seconds: Math.round((this.services.clock.now() - this.#openedAt) / 1000),
    });
  }
}
