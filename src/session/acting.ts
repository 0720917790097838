/** What the actions of a session may see and do of it. */
import type { Reply } from '../smtp/mod.ts';
import type { SessionEnd, SessionRef } from './events.ts';
import type { State } from './state.ts';
import type { ListenerSettings, Peer, SessionServices } from './types.ts';

export interface Acting {
  /** After XCLIENT another: asked for whenever it is needed, never kept. */
  readonly peer: Peer;
  readonly services: SessionServices;
  /** In force now; a reload replaces them between two commands. */
  readonly settings: ListenerSettings;
  readonly state: State;
  /** The session's name and client, for events. */
  readonly ref: SessionRef;
  /** The one setter of the state. */
  become(next: State): void;
  say(reply: Reply): void;
  /** Counts and logs an error of the client; what it is told is said apart. `verb` is `-` for a line that is none. */
  refused(verb: string, reply: Reply): void;
  /** A message of the client is stored. */
  countMessage(): void;
  /** Counts an error of the client: past the soft limit the reply is delayed, at the hard one the session ends. */
  countError(): void;
  /** Resolves after so many milliseconds, or at once when the session ends or drains. */
  pause(milliseconds: number): Promise<void>;
  /** Says `reply`, which must be the last, and ends the session. */
  close(reply: Reply, reason: SessionEnd): void;
}
