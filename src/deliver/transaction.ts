/**
 * One mail transaction (RFC 5321 3.3) on a connection: MAIL, RCPT for each recipient, DATA, the content. With PIPELINING
 * (RFC 2920) the commands go out in one write. Replies drive a small machine; one promise is made for the whole.
 */
import type { ReceivedReply } from '../smtp/mod.ts';
import { fitsOneWrite, sendAtOnce, sendBlocks, type Message } from './body.ts';
import type { Listener, Loss } from './channel.ts';
import { commandLines } from './commands.ts';
import { ABORTED } from './connect.ts';
import type { Connection } from './connection.ts';
import { isPositive } from './hello.ts';
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

export interface TransactionOptions {
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
  return new Promise((resolve) => converse(connection, message, recipients, { ...options, resolve }));
}

function converse(
  connection: Connection,
  message: Message,
  recipients: readonly Recipient[],
  options: TransactionOptions & { readonly resolve: (transacted: Transacted) => void },
): void {
  const { channel, endpoint } = connection;
  const { timeouts, signal } = options;
  const lines = commandLines(connection, message, recipients);
  const mailAt = connection.mustReset ? 1 : 0;
  const dataAt = lines.length - 1;
  const pipelining = connection.extensions.has('PIPELINING');
  const verdicts: (Verdict | undefined)[] = recipients.map(() => undefined);
  /** Places of the recipients that were accepted at RCPT. */
  const accepted: number[] = [];
  const tooMany: number[] = [];
  let mailRefused: Verdict | undefined;
  let stage: Stage = 'commands';
  /** Which reply of the stage is due. */
  let next = 0;

  const listener: Listener = {
    reply(reply) {
      if (stage === 'commands') onCommand(reply);
      else if (stage === 'content') onEarly(reply);
      else onEnd(reply);
    },
    lost: onLost,
    turn: awaitCommand,
  };

  function onCommand(reply: ReceivedReply): void {
    // RFC 5321 3.8: a server may say 421 to anything, and then closes.
    if (reply.code === 421) breakOff({ verdict: verdictOf(reply), cause: 'closing', clean: true });
    else if (next < mailAt) onReset(reply);
    else if (next === mailAt) onMail(reply);
    else if (next < dataAt) onRecipient(reply, next - mailAt - 1);
    else onData(reply);
  }

  function onReset(reply: ReceivedReply): void {
    connection.mustReset = false;
    if (isPositive(reply.code)) advance();
    else breakOff({ verdict: outOfTurn(reply), cause: 'other', clean: true });
  }

  function onMail(reply: ReceivedReply): void {
    if (isPositive(reply.code)) {
      connection.mustReset = true;
    } else {
      mailRefused = verdictOf(reply);
      // The replies to a group are taken to the last, though they say nothing new.
      if (!pipelining) {
        complete(mailRefused);
        return;
      }
    }
    advance();
  }

  function onRecipient(reply: ReceivedReply, place: number): void {
    if (isPositive(reply.code)) {
      accepted.push(place);
    } else {
      const verdict = recipientVerdict(reply);
      verdicts[place] = verdict;
      if (verdict.status === TOO_MANY) tooMany.push(place);
    }
    // Without PIPELINING there is no need to ask for an end that cannot come.
    if (!pipelining && next + 1 === dataAt && accepted.length === 0) complete(undefined);
    else advance();
  }

  function onData(reply: ReceivedReply): void {
    if (mailRefused !== undefined || reply.code !== 354) {
      const verdict = mailRefused ?? (reply.code >= 400 ? verdictOf(reply) : outOfTurn(reply));
      // A peer that wants data for a sender it refused, or answers DATA with success, cannot be followed: who knows which
      // command its earlier replies were for.
      if (reply.code < 400) {
        channel.destroy();
        verdicts.fill(undefined);
      }
      complete(verdict);
    } else if (accepted.length > 0) {
      sendContent();
    } else if (endpoint.protocol === 'smtp') {
      // RFC 2920 3.1: with no recipient left a single dot ends what the server began.
      channel.send('.\r\n');
      awaitEnd();
    } else {
      channel.destroy();
      complete(undefined);
    }
  }

  function onEarly(reply: ReceivedReply): void {
    channel.destroy();
    complete(reply.code >= 400 ? verdictOf(reply) : outOfTurn(reply));
  }

  function onEnd(reply: ReceivedReply): void {
    connection.mustReset = false;
    const verdict = verdictOf(reply);
    if (reply.code === 421 || (reply.code >= 300 && reply.code < 400)) {
      channel.destroy();
      complete(verdict);
    } else if (endpoint.protocol === 'smtp') {
      complete(verdict);
    } else {
      const place = accepted[next];
      if (place !== undefined) verdicts[place] = verdict;
      next += 1;
      if (next === accepted.length) complete(undefined);
      else channel.due(timeouts.final, 'the end of the message');
    }
  }

  function onLost(loss: Loss): void {
    const verdict = lossVerdict(connection, loss, stage);
    breakOff({ verdict, cause: loss.cause === 'closed' ? 'closed' : 'other', clean: stage !== 'end' });
  }

  function advance(): void {
    next += 1;
    if (!pipelining) channel.send(`${lines[next] ?? ''}\r\n`);
    awaitCommand();
  }

  function awaitCommand(): void {
    if (next < mailAt) channel.due(timeouts.command, 'RSET');
    else if (next === mailAt) channel.due(timeouts.mail, 'MAIL');
    else if (next < dataAt) channel.due(timeouts.recipient, 'RCPT');
    else channel.due(timeouts.data, 'DATA');
  }

  function awaitEnd(): void {
    stage = 'end';
    next = 0;
    channel.due(timeouts.final, 'the end of the message');
  }

  function sendContent(): void {
    // RFC 5321 4.1.1.4: whatever the answer will be, the end of data ends the transaction.
    connection.mustReset = false;
    if (message.content.bytes !== undefined && fitsOneWrite(message)) {
      if (pipelining && options.lend()) channel.hold();
      sendAtOnce(channel, message.preamble, message.content.bytes);
      awaitEnd();
      return;
    }
    stage = 'content';
    sendBlocks(channel, message, timeouts).then(sendEnd, onUnreadable);
  }

  function sendEnd(end: Buffer | undefined): void {
    if (end === undefined || stage !== 'content') return;
    channel.sendAll([end]);
    awaitEnd();
  }

  function onUnreadable(error: unknown): void {
    if (stage !== 'content') return;
    channel.destroy();
    const words = `The message could not be read: ${error instanceof Error ? error.message : String(error)}`;
    breakOff({ verdict: deferred('4.3.0', words), cause: 'other', clean: true });
  }

  /** `rest` is for the recipients without a verdict; all must have one when it is undefined. */
  function complete(rest: Verdict | undefined): void {
    if (mailRefused !== undefined) verdicts.fill(mailRefused);
    const settled = verdicts.map((verdict) => verdict ?? rest ?? UNSAID);
    const again = mailRefused === undefined && accepted.length > 0 ? tooMany : [];
    finish({ kind: 'complete', verdicts: settled, again });
  }

  function breakOff(end: Pick<Extract<Transacted, { kind: 'broken' }>, 'verdict' | 'cause' | 'clean'>): void {
    channel.destroy();
    finish({ kind: 'broken', verdicts, ...end });
  }

  function finish(transacted: Transacted): void {
    stage = 'over';
    channel.listen(undefined);
    signal.removeEventListener('abort', abort);
    options.resolve(transacted);
  }

  function abort(): void {
    channel.lose(ABORTED);
  }

  signal.addEventListener('abort', abort, { once: true });
  connection.served += 1;
  if (!channel.isBusy) awaitCommand();
  channel.listen(listener);
  channel.send(pipelining ? `${lines.join('\r\n')}\r\n` : `${lines[0] ?? ''}\r\n`);
  if (signal.aborted) abort();
}

const UNSAID = deferred('4.5.0', 'The other server did not say what became of this recipient');

function lossVerdict(connection: Connection, loss: Loss, stage: Stage): Verdict {
  if (loss.cause === 'ours') return INTERRUPTED;
  const status = loss.cause === 'protocol' ? '4.5.0' : '4.4.2';
  // RFC 1047: the server may have taken the message; trying again may duplicate it, not trying again may lose it.
  const when = stage === 'end' ? ' after the whole message was sent, so it may arrive twice' : '';
  return deferred(status, oneLine(`The connection to ${connection.remote} was lost${when}: ${loss.text}`));
}
