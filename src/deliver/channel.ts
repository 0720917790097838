/**
 * A socket that replies come out of. One handler for data lives as long as the socket; whoever converses sets a listener, and
 * a listener hears either replies or, once and last, that the channel is lost. A reply that nobody waits for ends the channel:
 * a peer that talks out of turn cannot be told apart from one that is a reply behind.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ReplyReader, type ReceivedReply } from '../smtp/mod.ts';
import { createDeadline } from './deadline.ts';
import { replyText } from './verdict.ts';

/** Why a channel ended. */
export interface Loss {
  readonly cause:
    /** The peer closed or reset it, or the network did. */
    | 'closed'
    /** The peer was silent too long. */
    | 'timeout'
    /** What came is no reply, or came when none was due. */
    | 'protocol'
    /** Our side gave up: shutdown, or the content could not be read. */
    | 'ours';
  readonly text: string;
}

export interface Listener {
  reply(reply: ReceivedReply): void;
  /** Called at most once, and not for its own `destroy()`. */
  lost(loss: Loss): void;
  /** The one before is done: from now on what comes is for this one. */
  turn?(): void;
}

export interface Channel {
  readonly isOpen: boolean;
  /** Somebody listens. */
  readonly isBusy: boolean;
  /**
   * Who hears what comes; undefined when that one is done. One may come while another still listens, and then follows it. On a
   * channel that is lost, the listener hears so at once.
   */
  listen(listener: Listener | undefined): void;
  /** The next reply, or the next progress, is due in `ms`; `what` completes "no reply to ...". */
  due(ms: number, what: string): void;
  /** Nothing is due; after `ms` of that, `expired` is called once instead of losing the channel. */
  rest(ms: number, expired: () => void): void;
  send(text: string): void;
  /** What is sent until the system is asked for new events goes out in one write. */
  hold(): void;
  /** In one write to the system. */
  sendAll(pieces: readonly Buffer[]): void;
  /** Resolves when the system has taken all of it, or the channel is lost. */
  sendBlock(pieces: readonly Buffer[]): Promise<void>;
  /** Goes on over TLS; what came in clear text and was not read yet is forgotten (RFC 3207 4.2). */
  upgrade(start: (socket: Socket) => TLSSocket, ms: number): Promise<TLSSocket | Loss>;
  /** Ends it and tells the listener. */
  lose(loss: Loss): void;
  /** Ends it and tells nobody: the caller knows. */
  destroy(): void;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
}

export function openChannel(connected: Socket): Channel {
  let socket = connected;
  let reader = new ReplyReader();
  let listener: Listener | undefined;
  let follower: Listener | undefined;
  /** Undefined while it is open. */
  let ended: Loss | undefined;
  let awaited = '';
  let rested: (() => void) | undefined;
  const closed = Promise.withResolvers<void>();
  const deadline = createDeadline(() => {
    if (rested === undefined) lose({ cause: 'timeout', text: `no reply to ${awaited} in time` });
    else rested();
  });

  function lose(loss: Loss): void {
    if (ended !== undefined) return;
    ended = loss;
    deadline.stop();
    socket.destroy();
    const [last, next] = [listener, follower];
    listener = undefined;
    follower = undefined;
    last?.lost(loss);
    // Whatever the reason was, it was not the follower's.
    next?.lost({ cause: 'closed', text: loss.text });
  }

  function hear(chunk: Buffer): void {
    reader.push(chunk);
    while (ended === undefined) {
      const reply = reader.next();
      if (reply === undefined) return;
      if (reply === 'malformed')
        lose({ cause: 'protocol', text: 'the peer answered with something that is no reply' });
      else if (listener !== undefined) listener.reply(reply);
      // A server that ends an idle connection says so first (RFC 5321 3.8).
      else if (reply.code === 421) lose({ cause: 'closed', text: replyText(reply) });
      else lose({ cause: 'protocol', text: `the peer sent a reply that was not due: ${replyText(reply)}` });
    }
  }

  function onEnd(): void {
    lose({ cause: 'closed', text: 'the peer closed the connection' });
  }

  function onError(error: Error): void {
    lose({ cause: 'closed', text: error.message });
  }

  function onClose(): void {
    onEnd();
    closed.resolve();
  }

  function attach(to: Socket): void {
    to.on('data', hear).on('end', onEnd).on('error', onError).on('close', onClose);
  }

  attach(socket);
  return {
    get isOpen() {
      return ended === undefined;
    },
    closed: closed.promise,
    get isBusy() {
      return listener !== undefined;
    },
    listen(next) {
      if (ended !== undefined) {
        next?.lost(ended);
      } else if (next === undefined) {
        listener = follower;
        follower = undefined;
        listener?.turn?.();
      } else if (listener === undefined) {
        listener = next;
      } else {
        follower = next;
      }
    },
    hold() {
      const held = socket;
      held.cork();
      setImmediate(() => held.uncork());
    },
    due(ms, what) {
      if (ended !== undefined) return;
      awaited = what;
      rested = undefined;
      deadline.set(ms);
    },
    rest(ms, expired) {
      if (ended !== undefined) return;
      rested = expired;
      deadline.set(ms);
    },
    send(text) {
      if (ended === undefined) socket.write(text);
    },
    sendAll(pieces) {
      if (ended !== undefined) return;
      socket.cork();
      for (const piece of pieces) socket.write(piece);
      socket.uncork();
    },
    sendBlock(pieces) {
      return new Promise((resolve) => {
        if (ended !== undefined) {
          resolve();
          return;
        }
        socket.cork();
        // The callback also comes when the socket is destroyed.
        for (const piece of pieces.slice(0, -1)) socket.write(piece);
        socket.write(pieces.at(-1) ?? '', () => resolve());
        socket.uncork();
      });
    },
    upgrade(start, ms) {
      return new Promise((resolve) => {
        if (ended !== undefined) {
          resolve(ended);
          return;
        }
        const plain = socket;
        plain.off('data', hear).off('end', onEnd).off('close', onClose);
        reader = new ReplyReader();
        const secure = start(plain);
        // The plain socket goes with the secure one; its own errors were told there.
        secure.once('close', () => plain.destroy());
        socket = secure;
        listener = { reply: () => undefined, lost: resolve };
        this.due(ms, 'the TLS handshake');
        secure.once('secureConnect', () => {
          listener = undefined;
          resolve(secure);
        });
        attach(secure);
      });
    },
    lose,
    destroy() {
      listener = undefined;
      lose({ cause: 'ours', text: 'ended' });
    },
  };
}

/** Waits for one reply. */
export function heard(channel: Channel, ms: number, what: string): Promise<ReceivedReply | Loss> {
  return new Promise((resolve) => {
    channel.due(ms, what);
    channel.listen({
      reply(reply) {
        channel.listen(undefined);
        resolve(reply);
      },
      lost: resolve,
    });
  });
}

/** Sends a command line and waits for its reply. `what` names it where the line itself may not be told. */
export function ask(channel: Channel, line: string, ms: number, what = line): Promise<ReceivedReply | Loss> {
  const answer = heard(channel, ms, what);
  channel.send(`${line}\r\n`);
  return answer;
}

export function isLoss(value: ReceivedReply | Loss): value is Loss {
  return 'cause' in value;
}
