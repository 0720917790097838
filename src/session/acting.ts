/** What the actions of a session may see and do of it. */
import type { Reply } from '../smtp/mod.ts';
import type { SessionRef } from './events.ts';
import type { State } from './state.ts';
import type { ListenerSettings, Peer, SessionServices } from './types.ts';

export interface Acting {
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
  /** Counts an error of the client; at the limit the session ends. */
  countError(): void;
}
