/** The life of the spool's thread, seen from the event loop: opening, open, closing, and its end. */
import type { Emit } from '../std/mod.ts';
import { createCommitter, type Committer } from './committer.ts';
import { createConnection, type Connection } from './connection.ts';
import { causeText, SpoolError } from './error.ts';
import type { SpoolEvents } from './events.ts';
import { startThread } from './start.ts';
import type { Reply, StoreTask } from './store/wire.ts';

/**
 * Nothing leaves `ended`. The spool ends `failed` when a transaction, a commit or a sync fails otherwise than for want of
 * room: what is on the disk is then unknown to this process, and known again to the one that opens the file next.
 */
type State =
  { readonly kind: 'opening' | 'open' | 'closing' } | { readonly kind: 'ended'; readonly error: SpoolError };

type Opened = Extract<Reply, { kind: 'opened' }>;

export interface Core extends AsyncDisposable {
  /** Rejects with SpoolError when the spool cannot be opened. */
  readonly opened: Promise<Opened>;
  readonly connection: Connection;
  readonly committer: Committer;
  /** Why nothing can be asked or committed now; undefined when it can. */
  refusal(): SpoolError | undefined;
  /** Ends the spool as failed; the error is what everyone gets from now on. */
  readonly fail: (cause: unknown) => SpoolError;
}

export interface CoreOptions {
  readonly task: Extract<StoreTask, { task: 'serve' }>;
  readonly emit: Emit<SpoolEvents>;
  /** A call was rejected for want of room. */
  readonly full: (cause: string) => void;
  /** The spool failed after it was open; called once. */
  readonly failed: (error: SpoolError) => void;
}

export function startCore({ task, emit, full, failed }: CoreOptions): Core {
  const { folder, name } = task;
  let state: State = { kind: 'opening' };
  const opened = Promise.withResolvers<Opened>();
  const closed = Promise.withResolvers<void>();
  // Whether anybody waits for it is up to the caller.
  opened.promise.catch(() => undefined);

  const thread = startThread(task, (reply) => receive(reply));
  const connection = createConnection((request) => thread.post(request, []));
  const committer = createCommitter({ post: thread.post, full });

  const end = (error: SpoolError): void => {
    state = { kind: 'ended', error };
    opened.reject(error);
    committer.fail(error);
    connection.fail(error);
    closed.resolve();
  };
  const fail = (cause: unknown, code: 'full' | 'failed' = 'failed'): SpoolError => {
    if (state.kind === 'ended') return state.error;
    const doing = state.kind === 'opening' ? 'cannot open the spool' : 'the spool has failed';
    const error = new SpoolError(code, `${doing}: ${folder}/${name}: ${causeText(cause)}`, { cause });
    const was = state.kind;
    end(error);
    if (was === 'opening') return error;
    emit('spool.failed', { name, cause: causeText(cause) });
    failed(error);
    return error;
  };
  const receive = (reply: Reply): void => {
    // It may have failed on this side while the thread was at work: everyone has their answer already.
    if (state.kind === 'ended') return undefined;
    switch (reply.kind) {
      case 'opened':
        state = { kind: 'open' };
        return opened.resolve(reply);
      case 'committed':
        return committer.committed(reply);
      case 'answer':
      case 'refused':
        return connection.answered(reply);
      case 'bodyLeft':
        return emit('spool.bodyLeft', { name, id: reply.id, cause: reply.cause });
      case 'failed':
        fail(reply.cause, reply.full && state.kind === 'opening' ? 'full' : 'failed');
        return undefined;
      case 'closed':
        end(new SpoolError('closed', `the spool ${name} is closed`));
        return emit('spool.closed', { name });
      case 'adopted':
        throw new Error('the spool thread did another task');
      default:
        return reply satisfies never;
    }
  };

  return {
    opened: opened.promise,
    connection,
    committer,
    fail: (cause) => fail(cause),
    refusal() {
      if (state.kind === 'open') return undefined;
      return state.kind === 'ended' ? state.error : new SpoolError('closed', `the spool ${name} is closing`);
    },
    async [Symbol.asyncDispose]() {
      if (state.kind === 'open') {
        state = { kind: 'closing' };
        await committer.idle();
        // What was asked before is answered first: the thread takes one request after the other.
        thread.post({ kind: 'close' }, []);
      }
      if (state.kind !== 'ended') await closed.promise;
      await thread.terminate();
    },
  };
}
