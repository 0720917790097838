/** What a command leads to, as a value: the answer of the pure half of a session to its other half. */
import type { ForwardPath } from '../mail/mod.ts';
import type { Command, RcptParameters, Reply } from '../smtp/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import type { SessionEnd } from './events.ts';
import type { Credentials } from './login.ts';
import type { Chunk, CommandState, ContentState, State, SwallowState, TransactionState } from './state.ts';
import type { AccountStanding, ListenerSettings, Peer, TurnTarget } from './types.ts';

export type Step =
  /** Answer and go on in `next`. */
  | { readonly kind: 'reply'; readonly reply: Reply; readonly next: State }
  /** Not legal now or not at all: answer, count an error, go on in `next`. Undefined: stay. */
  | { readonly kind: 'refuse'; readonly reply: Reply; readonly next: CommandState | undefined }
  /** Ask about the sender, and go on in `next` with a transaction if nothing speaks against it. */
  | { readonly kind: 'begin'; readonly next: TransactionState }
  /** Ask the policy about a recipient. */
  | { readonly kind: 'judge'; readonly to: ForwardPath; readonly parameters: RcptParameters }
  /** Take the octets of a chunk; the reply comes after them. */
  | { readonly kind: 'receive'; readonly next: ContentState & { readonly chunk: Chunk } }
  /** Drop the octets of a chunk that cannot be taken, then answer. */
  | { readonly kind: 'swallow'; readonly next: SwallowState }
  | { readonly kind: 'verify'; readonly credentials: Credentials; readonly next: CommandState }
  | { readonly kind: 'startTls' }
  /** Ask for the mail that waits for a host. */
  | { readonly kind: 'turn'; readonly target: TurnTarget }
  /** Go on as the server of another client, with nothing known of it. */
  | { readonly kind: 'speakFor'; readonly client: Omit<Peer, 'id'> }
  /** Answer and close. */
  | { readonly kind: 'close'; readonly reply: Reply; readonly reason: SessionEnd };

/** Whatever else a check may look at. */
export interface Circumstances {
  readonly settings: ListenerSettings;
  readonly client: IpAddress;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The spool takes mail. */
  readonly accepting: boolean;
  /** Messages this connection has sent already. */
  readonly messages: number;
  /** Transactions this connection has begun already. */
  readonly transactions: number;
  /** What has become of an account since it signed in. */
  readonly standing: (account: string) => AccountStanding;
}

/** The check of one verb. */
export type Check<V extends Command['verb']> = (
  state: CommandState,
  command: Command & { readonly verb: V },
  circumstances: Circumstances,
) => Step;

export function refuse(reply: Reply): Step {
  return { kind: 'refuse', reply, next: undefined };
}
