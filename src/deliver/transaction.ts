/**
 * One mail transaction (RFC 5321 3.3) on a connection: MAIL, RCPT for each recipient, DATA, the content; or BDAT (RFC 3030) in
 * the place of DATA, once RCPT was answered. With PIPELINING (RFC 2920) the commands go out in one write. Replies drive a small machine; one promise is made for the whole.
 */
import type { ReceivedReply } from '../smtp/mod.ts';
import { errorText } from '../std/mod.ts';
import { fitsOneWrite, sendAtOnce, sendBlocks, sendChunk } from './body.ts';
import type { Listener, Loss } from './channel.ts';
import { commandLines, type CommandOptions } from './commands.ts';
import { ABORTED } from './connect.ts';
import type { Connection } from './connection.ts';
import { isPositive } from './hello.ts';
import type { Message } from './message.ts';
import type { Timeouts } from './timeouts.ts';
import type { Recipient } from './types.ts';
import { INTERRUPTED } from './unopened.ts';
import {
  deferred,
  oneLine,
  outOfTurn,
  recipientVerdict,
  TOO_MANY,
  verdictOf,
  type Verdict,
} from './verdict.ts';

/** What a transaction ended in; `verdicts` has a place for each recipient, in their order. */
export type Transacted =
  | {
      /** Every recipient has its verdict; whether the connection can be used again, it says itself. */
      readonly kind: 'complete';
      readonly verdicts: readonly Verdict[];
      /**
       * Places of those that were one too many while others were accepted: RFC 5321 4.5.3.1.10 wants them sent in a
       * transaction of their own soon.
       */
      readonly again: readonly number[];
    }
  | {
      /** The connection ended, or the peer is ending it, before all was said. */
      readonly kind: 'broken';
      /** Undefined for those without an answer. */
      readonly verdicts: readonly (Verdict | undefined)[];
      /** For those. */
      readonly verdict: Verdict;
      /** `closed`: by the peer or the network; `closing`: the peer said 421; `other`: a time-out, nonsense, our own doing. */
      readonly cause: 'closed' | 'closing' | 'other';
      /** The end of data was not sent, so nothing was accepted. */
      readonly clean: boolean;
    };

export interface TransactionOptions extends CommandOptions {
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
  /** Whether somebody else begins on the connection now that only the reply to the end of data is due. */
  readonly lend: () => boolean;
}

/**
 * `commands`: replies to the group of commands are due. `content`: it is being sent. `end`: the end of data was sent and its
 * replies are due: one, or in LMTP one for each accepted recipient (RFC 2033 4.2).
 */
type Stage = 'commands' | 'content' | 'end' | 'over';

/** Never rejects. */
export function transact(
  connection: Connection,
  message: Message,
  recipients: readonly Recipient[],
  options: TransactionOptions,
): Promise<Transacted> {
  return new Promise((resolve) => {
    new Transaction(connection, message, recipients, { ...options, resolve }).begin();
  });
}

class Transaction implements Listener {
  readonly #connection: Connection;
  readonly #message: Message;
  readonly #options: TransactionOptions & { readonly resolve: (transacted: Transacted) => void };
  readonly #lines: readonly string[];
  /** Where MAIL stands in the lines; RSET may come before it. */
  readonly #mailAt: number;
  /** How many lines there are up to the last RCPT; DATA follows, or BDAT when all are answered. */
  readonly #group: number;
  readonly #pipelining: boolean;
  readonly #verdicts: (Verdict | undefined)[];
  /** Places of the recipients that were accepted at RCPT. */
  readonly #accepted: number[] = [];
  readonly #tooMany: number[] = [];
  #mailRefused: Verdict | undefined;
  #stage: Stage = 'commands';
  /** Which reply of the stage is due. */
  #next = 0;

  constructor(
    connection: Connection,
    message: Message,
    recipients: readonly Recipient[],
    options: TransactionOptions & { readonly resolve: (transacted: Transacted) => void },
  ) {
    this.#connection = connection;
    this.#message = message;
    this.#options = options;
    this.#lines = commandLines(connection, message, recipients, options);
    this.#mailAt = connection.mustReset ? 1 : 0;
    this.#group = this.#mailAt + 1 + recipients.length;
    this.#pipelining = connection.extensions.has('PIPELINING');
    this.#verdicts = recipients.map(() => undefined);
  }

  begin(): void {
    const { channel } = this.#connection;
    const { signal } = this.#options;
    signal.addEventListener('abort', this.#abort, { once: true });
    this.#connection.served += 1;
    // One that was sent ahead has no time limit before its turn.
    if (!channel.isBusy) this.#awaitCommand();
    channel.listen(this);
    channel.send(this.#pipelining ? `${this.#lines.join('\r\n')}\r\n` : `${this.#lines[0] ?? ''}\r\n`);
    if (signal.aborted) this.#abort();
  }

  reply(reply: ReceivedReply): void {
    if (this.#stage === 'commands') this.#onCommand(reply);
    else if (this.#stage === 'content') this.#onEarly(reply);
    else this.#onEnd(reply);
  }

  lost(loss: Loss): void {
    const verdict = lossVerdict(this.#connection, loss, this.#stage);
    const cause = loss.cause === 'closed' ? 'closed' : 'other';
    this.#breakOff({ verdict, cause, clean: this.#stage !== 'end' });
  }

  turn(): void {
    this.#awaitCommand();
  }

  #onCommand(reply: ReceivedReply): void {
    // RFC 5321 3.8: a server may say 421 to anything, and then closes.
    if (reply.code === 421) this.#breakOff({ verdict: verdictOf(reply), cause: 'closing', clean: true });
    else if (this.#next < this.#mailAt) this.#onReset(reply);
    else if (this.#next === this.#mailAt) this.#onMail(reply);
    else if (this.#next < this.#group) this.#onRecipient(reply, this.#next - this.#mailAt - 1);
    else this.#onData(reply);
  }

  #onReset(reply: ReceivedReply): void {
    this.#connection.mustReset = false;
    if (isPositive(reply.code)) this.#advance();
    else this.#breakOff({ verdict: outOfTurn(reply), cause: 'other', clean: true });
  }

  #onMail(reply: ReceivedReply): void {
    if (isPositive(reply.code)) {
      this.#connection.mustReset = true;
      this.#advance();
      return;
    }
    this.#mailRefused = verdictOf(reply);
    // The replies to a group are taken to the last, though they say nothing new.
    if (this.#pipelining) this.#advance();
    else this.#complete(this.#mailRefused);
  }

  #onRecipient(reply: ReceivedReply, place: number): void {
    if (isPositive(reply.code)) {
      this.#accepted.push(place);
    } else {
      const verdict = recipientVerdict(reply);
      this.#verdicts[place] = verdict;
      if (verdict.status === TOO_MANY) this.#tooMany.push(place);
    }
    // Without PIPELINING there is no need to ask for an end that cannot come.
    const hopeless = this.#next + 1 === this.#group && this.#accepted.length === 0;
    if (hopeless && !this.#pipelining) this.#complete(undefined);
    else this.#advance();
  }

  #onData(reply: ReceivedReply): void {
    const { channel, endpoint } = this.#connection;
    if (this.#mailRefused !== undefined || reply.code !== 354) {
      this.#onDataRefused(reply);
    } else if (this.#accepted.length > 0) {
      this.#sendContent();
    } else if (endpoint.protocol === 'smtp') {
      // RFC 2920 3.1: with no recipient left a single dot ends what the server began.
      channel.send('.\r\n');
      this.#awaitEnd();
    } else {
      channel.destroy();
      this.#complete(undefined);
    }
  }

  #onDataRefused(reply: ReceivedReply): void {
    const verdict = this.#mailRefused ?? (reply.code >= 400 ? verdictOf(reply) : outOfTurn(reply));
    // A peer that wants data for a sender it refused, or answers DATA with success, cannot be followed: who knows which
    // command its earlier replies were for.
    if (reply.code < 400) {
      this.#connection.channel.destroy();
      this.#verdicts.fill(undefined);
    }
    this.#complete(verdict);
  }

  #onEarly(reply: ReceivedReply): void {
    this.#connection.channel.destroy();
    this.#complete(reply.code >= 400 ? verdictOf(reply) : outOfTurn(reply));
  }

  #onEnd(reply: ReceivedReply): void {
    const { channel, endpoint } = this.#connection;
    // RFC 3030 2: what a failed BDAT leaves behind is anybody's guess.
    this.#connection.mustReset = this.#options.way.chunked && !isPositive(reply.code);
    const verdict = verdictOf(reply);
    if (reply.code === 421 || (reply.code >= 300 && reply.code < 400)) {
      channel.destroy();
      this.#complete(verdict);
    } else if (endpoint.protocol === 'smtp') {
      this.#complete(verdict);
    } else {
      this.#onEndFor(this.#accepted[this.#next], verdict);
    }
  }

  #onEndFor(place: number | undefined, verdict: Verdict): void {
    if (place !== undefined) this.#verdicts[place] = verdict;
    this.#next += 1;
    if (this.#next === this.#accepted.length) this.#complete(undefined);
    else this.#connection.channel.due(this.#options.timeouts.final, END_OF_MESSAGE);
  }

  #advance(): void {
    this.#next += 1;
    if (this.#next === this.#group && this.#options.way.chunked) {
      this.#sendChunk();
      return;
    }
    if (!this.#pipelining) this.#connection.channel.send(`${this.#lines[this.#next] ?? ''}\r\n`);
    this.#awaitCommand();
  }

  #awaitCommand(): void {
    const { channel } = this.#connection;
    const { timeouts } = this.#options;
    if (this.#next < this.#mailAt) channel.due(timeouts.command, 'RSET');
    else if (this.#next === this.#mailAt) channel.due(timeouts.mail, 'MAIL');
    else if (this.#next < this.#group) channel.due(timeouts.recipient, 'RCPT');
    else channel.due(timeouts.data, 'DATA');
  }

  #awaitEnd(): void {
    this.#stage = 'end';
    this.#next = 0;
    this.#connection.channel.due(this.#options.timeouts.final, END_OF_MESSAGE);
  }

  #sendContent(): void {
    const { channel } = this.#connection;
    const { content, preamble } = this.#message;
    // RFC 5321 4.1.1.4: whatever the answer will be, the end of data ends the transaction.
    this.#connection.mustReset = false;
    if (content.bytes !== undefined && fitsOneWrite(this.#message)) {
      if (this.#pipelining && this.#options.lend()) channel.hold();
      sendAtOnce(channel, preamble, content.bytes);
      this.#awaitEnd();
      return;
    }
    this.#stage = 'content';
    sendBlocks(channel, this.#message, this.#options.timeouts).then(
      (end) => this.#sendEnd(end),
      (error: unknown) => this.#onUnreadable(error),
    );
  }

  /** Every RCPT is answered. */
  #sendChunk(): void {
    if (this.#mailRefused !== undefined || this.#accepted.length === 0) {
      this.#complete(this.#mailRefused);
      return;
    }
    this.#stage = 'content';
    sendChunk(this.#connection.channel, this.#message, this.#options.timeouts).then(
      (sent) => (sent && this.#stage === 'content' ? this.#awaitEnd() : undefined),
      (error: unknown) => this.#onUnreadable(error),
    );
  }

  #sendEnd(end: Buffer | undefined): void {
    if (end === undefined || this.#stage !== 'content') return;
    this.#connection.channel.sendAll([end]);
    this.#awaitEnd();
  }

  #onUnreadable(error: unknown): void {
    if (this.#stage !== 'content') return;
    const words = `The message could not be read: ${errorText(error)}`;
    this.#breakOff({ verdict: deferred('4.3.0', words), cause: 'other', clean: true });
  }

  /** `rest` is for the recipients without a verdict; all have one when it is undefined. */
  #complete(rest: Verdict | undefined): void {
    if (this.#mailRefused !== undefined) this.#verdicts.fill(this.#mailRefused);
    const verdicts = this.#verdicts.map((verdict) => verdict ?? rest ?? UNSAID);
    const again = this.#mailRefused === undefined && this.#accepted.length > 0 ? this.#tooMany : [];
    this.#finish({ kind: 'complete', verdicts, again });
  }

  #breakOff(end: Pick<Extract<Transacted, { kind: 'broken' }>, 'verdict' | 'cause' | 'clean'>): void {
    this.#connection.channel.destroy();
    this.#finish({ kind: 'broken', verdicts: this.#verdicts, ...end });
  }

  #finish(transacted: Transacted): void {
    this.#stage = 'over';
    this.#connection.channel.listen(undefined);
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#options.resolve(transacted);
  }

  readonly #abort = (): void => {
    this.#connection.channel.lose(ABORTED);
  };
}

const END_OF_MESSAGE = 'the end of the message';
const UNSAID = deferred('4.5.0', 'The other server did not say what became of this recipient');

function lossVerdict(connection: Connection, loss: Loss, stage: Stage): Verdict {
  if (loss.cause === 'ours') return INTERRUPTED;
  const status = loss.cause === 'protocol' ? '4.5.0' : '4.4.2';
  // RFC 1047: the server may have taken the message; trying again may duplicate it, not trying again may lose it.
  const when = stage === 'end' ? ' after the whole message was sent, so it may arrive twice' : '';
  return deferred(status, oneLine(`The connection to ${connection.remote} was lost${when}: ${loss.text}`));
}
