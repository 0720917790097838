/**
 * The half of a session that acts: octets in, one reply per command out, in order. Which step a command leads to is
 * decided by `transition()`; this class carries the steps out, one at a time: while one waits (for the disk, for a
 * password check, for the limits of a grant) nothing behind it is looked at.
 */
import type { Buffer } from 'node:buffer';
import { formatReply, LineReader, parseCommand, type Command, type Line, type Reply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import { verify } from './authentication.ts';
import type { Content } from './content.ts';
import type { SessionEnd, SessionRef } from './events.ts';
import { continueLogin } from './login.ts';
import { beginContent, endContent } from './reception.ts';
import { judgeRecipient } from './recipient.ts';
import { greeting, REPLIES } from './replies.ts';
import { greeted, standing, type CommandState, type State } from './state.ts';
import type { Step } from './step.ts';
import { transition } from './transition.ts';
import type { ListenerSettings, Peer, SessionServices, TlsFacts, Transport } from './types.ts';

/** Octets of a command line, CRLF included: RFC 5321 4.5.3.1.4 asks for 512 and more with extensions. */
export const COMMAND_LINE_LIMIT = 2048;
/** Octets of a line of AUTH: RFC 4954 4.4 asks for 12288. */
export const AUTH_LINE_LIMIT = 12_288;
/** Octets that may wait behind a command that is being carried out before the socket is no longer read. */
const INPUT_LIMIT = 64 * 1024;
/** Octets of replies that a client may leave unread before its commands are no longer looked at. */
const OUTPUT_LIMIT = 64 * 1024;

export class Session implements Acting {
  readonly peer: Peer;
  readonly #transport: Transport;
  readonly #settings: () => ListenerSettings;
  readonly services: SessionServices;
  readonly #lines = new LineReader(COMMAND_LINE_LIMIT);
  readonly #openedAt: number;
  #state: State;
  #content: Content | undefined;
  #input: Buffer[] = [];
  #inputOctets = 0;
  #inputEnded = false;
  #output = '';
  #busy = false;
  #paused = false;
  #draining = false;
  #reported = false;
  #transactions = 0;
  #messages = 0;
  #errors = 0;
  #deadline: number;

  constructor(
    peer: Peer,
    transport: Transport,
    settings: () => ListenerSettings,
    services: SessionServices,
    tls?: TlsFacts,
  ) {
    this.peer = peer;
    this.#transport = transport;
    this.#settings = settings;
    this.services = services;
    this.#state = { phase: 'connected', tls, account: undefined };
    this.#openedAt = services.clock.now();
    this.#deadline = this.#openedAt + settings().timeouts.command;
  }

  /** Greets the client. */
  open(): void {
    this.services.emit('session.opened', { ...this.ref, local: this.peer.localAddress.text });
    this.say(greeting(this.settings.hostname));
    this.#flush();
  }

  /** Octets from the client, in order. */
  receive(chunk: Buffer): void {
    if (this.#state.phase === 'ended') return;
    this.#input.push(chunk);
    this.#inputOctets += chunk.length;
    this.#touch();
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
    this.#busy = false;
    this.#touch();
    this.#pump();
  }

  /** The connection is gone. */
  closed(reason: SessionEnd): void {
    this.#finish(reason);
  }

  /** Called now and then: ends the session when its time is over. */
  expire(now: number): void {
    const overdue = now > this.#openedAt + this.settings.timeouts.session;
    if (this.#busy ? !overdue : now <= this.#deadline && !overdue) return;
    this.#close(REPLIES.timeout, 'timeout');
  }

  /** Ends the session as soon as what it does now has its reply (RFC 5321 3.8). */
  drain(): void {
    this.#draining = true;
    this.#pump();
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
    this.#lines.limit =
      next.phase === 'login' || this.settings.auth !== 'off' ? AUTH_LINE_LIMIT : COMMAND_LINE_LIMIT;
  }

  #touch(): void {
    const { timeouts } = this.settings;
    const wait = this.#state.phase === 'content' ? timeouts.data : timeouts.command;
    this.#deadline = this.services.clock.now() + wait;
  }

  /** Looks at what has come until there is no more, something must be waited for, or the client does not read. */
  #pump(): void {
    try {
      while (!this.#busy && this.#state.phase !== 'ended' && this.#clientReads()) {
        if (!(this.#state.phase === 'content' ? this.#takeContent() : this.#takeLine())) break;
      }
      this.#rest();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Replies are sent on as they become many, so that one chunk of short commands does not become a heap of long replies. */
  #clientReads(): boolean {
    if (this.#output.length >= OUTPUT_LIMIT) this.#flush();
    return this.#transport.pending < OUTPUT_LIMIT;
  }

  /** Between commands: what drains, ends, and how fast the client may send on. */
  #rest(): void {
    if (!this.#busy && this.#draining && this.#state.phase !== 'content')
      return this.#close(REPLIES.shuttingDown, 'shutdown');
    this.#flush();
    const reads = this.#clientReads(); // while it does not, there may be lines that have not been looked at
    if (!this.#busy && reads && this.#inputEnded && this.#input.length === 0)
      return this.#close(undefined, 'disconnected');
    const pause = this.#inputOctets > INPUT_LIMIT || !reads;
    if (pause === this.#paused) return undefined;
    this.#paused = pause;
    return pause ? this.#transport.pause() : this.#transport.resume();
  }

  #nextChunk(): Buffer | undefined {
    const chunk = this.#input.shift();
    if (chunk !== undefined) this.#inputOctets -= chunk.length;
    return chunk;
  }

  /** @returns false when more octets are needed. */
  #takeLine(): boolean {
    if (this.#draining) return false;
    const line = this.#lines.next();
    if (line === undefined) {
      const chunk = this.#nextChunk();
      if (chunk === undefined) return false;
      this.#lines.push(chunk);
      return true;
    }
    if (this.#errors >= this.settings.limits.errors) {
      this.#close(REPLIES.tooManyErrors, 'errors');
      return true;
    }
    const state = this.#state;
    if (state.phase === 'login') this.#loginLine(state, line);
    else if (state.phase !== 'content' && state.phase !== 'ended') this.#commandLine(state, line);
    return true;
  }

  #commandLine(state: CommandState, line: Line): void {
    const broken = this.#brokenLine(line);
    if (broken !== undefined) return this.#refuse('-', broken);
    const settings = this.settings;
    const command = parseCommand(line.bytes, settings.compat);
    if (command.verb !== 'AUTH' && line.bytes.length + 2 > COMMAND_LINE_LIMIT)
      return this.#refuse('-', REPLIES.lineTooLong);
    const { intake, authenticator } = this.services;
    const circumstances = {
      settings,
      accepting: intake.accepts(),
      messages: this.#messages,
      transactions: this.#transactions,
      standing: (account: string) => authenticator.standing(account),
    };
    return this.#carryOut(transition(state, command, circumstances), command);
  }

  #brokenLine(line: Line): Reply | undefined {
    if (line.tooLong) return REPLIES.lineTooLong;
    // RFC 5321 2.3.8: only CRLF ends a line.
    return line.ending === 'lf' && !this.settings.compat.bareLf ? REPLIES.bareLineFeed : undefined;
  }

  #loginLine(state: Extract<State, { phase: 'login' }>, line: Line): void {
    const back = greeted(state, state.hello);
    const broken = this.#brokenLine(line);
    const step =
      broken === undefined
        ? continueLogin(state.exchange, line.bytes.toString('latin1'))
        : { kind: 'refuse' as const, reply: broken };
    if (step.kind === 'ask') {
      this.become({ ...state, exchange: step.exchange });
      return this.say(step.reply);
    }
    this.become(back);
    return this.#carryOut(step, { verb: 'AUTH', mechanism: state.exchange.mechanism, initial: undefined });
  }

  #carryOut(step: Step, command: Command): void {
    switch (step.kind) {
      case 'reply':
        this.become(step.next);
        if (step.next.phase === 'transaction') this.#transactions = step.next.transaction.number;
        if (step.next.phase === 'content') this.#beginContent(step.next);
        this.#touch(); // what is waited for next may have another time-out
        return this.say(step.reply);
      case 'refuse':
        return this.#refuse(command.verb === 'MALFORMED' ? command.of : command.verb, step.reply);
      case 'judge':
        return this.#await(judgeRecipient(this, step.to));
      case 'verify':
        return this.#wait(verify(this, step.credentials));
      case 'startTls':
        return this.#startTls();
      case 'close':
        return this.#close(step.reply, step.reason);
    }
  }

  /** Most steps are done at once. */
  #await(work: Promise<void> | undefined): void {
    if (work !== undefined) this.#wait(work);
  }

  /** Nothing more is looked at until `work` is done. */
  #wait(work: Promise<void>): void {
    this.#busy = true;
    this.#flush();
    const go = (): void => {
      this.#busy = false;
      this.#touch();
      this.#pump();
    };
    work.then(go, (error: unknown) => this.#fail(error)).catch(() => undefined); // neither of the two throws
  }

  #startTls(): void {
    const injected = this.#lines.rest().length + this.#inputOctets;
    if (injected > 0) this.services.emit('session.injection', { ...this.ref, octets: injected });
    this.#input = [];
    this.#inputOctets = 0;
    this.#busy = true;
    this.say(REPLIES.startTls);
    this.#flush();
    this.#transport.startTls();
  }

  #beginContent(state: Extract<State, { phase: 'content' }>): void {
    this.#content = beginContent(this, state);
    const rest = this.#lines.rest();
    if (rest.length === 0) return;
    this.#input.unshift(rest);
    this.#inputOctets += rest.length;
  }

  /** @returns false when more octets are needed. */
  #takeContent(): boolean {
    const content = this.#content;
    const chunk = this.#nextChunk();
    if (content === undefined || chunk === undefined) return false;
    const { consumed, done, wait } = content.push(chunk);
    if (consumed < chunk.length) {
      this.#input.unshift(chunk.subarray(consumed));
      this.#inputOctets += chunk.length - consumed;
    }
    if (done) this.#wait(this.#endContent(content, wait));
    else if (wait !== undefined) this.#wait(wait);
    return true;
  }

  async #endContent(content: Content, wait: Promise<void> | undefined): Promise<void> {
    this.#content = undefined; // from here on it is endContent()'s to finish or to discard
    if (wait !== undefined) await wait;
    if (await endContent(this, content)) this.#messages += 1;
  }

  countError(): void {
    this.#errors += 1;
  }

  #refuse(verb: string, reply: Reply): void {
    this.countError();
    this.services.emit('session.error', { ...this.ref, verb, reply: formatReply(reply).trimEnd() });
    this.say(reply);
  }

  say(reply: Reply): void {
    this.#output += formatReply(reply);
  }

  #flush(): void {
    if (this.#output === '') return;
    const output = this.#output;
    this.#output = '';
    this.#transport.write(output);
  }

  #close(reply: Reply | undefined, reason: SessionEnd): void {
    if (this.#state.phase === 'ended') return;
    if (reply !== undefined) this.say(reply);
    this.#flush();
    this.#finish(reason);
    this.#transport.end();
  }

  /** A bug, caught at the edge of the connection: the client gets a temporary failure, the log the cause. */
  #fail(error: unknown): void {
    this.services.emit('session.failed', {
      ...this.ref,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    this.#close(REPLIES.spoolFailed, 'failure');
  }

  #finish(reason: SessionEnd): void {
    if (this.#reported) return;
    this.#reported = true;
    const content = this.#content;
    this.#content = undefined;
    this.become({ ...standing(this.#state), phase: 'ended' });
    this.#input = [];
    this.#inputOctets = 0;
    if (content !== undefined) content.discard().catch(() => undefined); // the spool tells of a failing disk in its own events
    this.services.emit('session.closed', {
      ...this.ref,
      reason,
      messages: this.#messages,
      errors: this.#errors,
      seconds: Math.round((this.services.clock.now() - this.#openedAt) / 1000),
    });
  }
}
