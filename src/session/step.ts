/** What a command leads to, as a value: the answer of the pure half of a session to its other half. */
import type { ForwardPath } from '../mail/mod.ts';
import type { Command, Reply } from '../smtp/mod.ts';
import type { Credentials } from './login.ts';
import type { CommandState, State } from './state.ts';
import type { AccountStanding, ListenerSettings } from './types.ts';

export type Step =
  /** Answer and go on in `next`. */
  | { readonly kind: 'reply'; readonly reply: Reply; readonly next: State }
  /** Not legal now or not at all: answer, count an error, stay. */
  | { readonly kind: 'refuse'; readonly reply: Reply }
  /** Ask the policy about a recipient. */
  | { readonly kind: 'judge'; readonly to: ForwardPath }
  | { readonly kind: 'verify'; readonly credentials: Credentials }
  | { readonly kind: 'startTls' }
  /** Answer and close. */
  | { readonly kind: 'close'; readonly reply: Reply; readonly reason: 'quit' | 'limit' | 'revoked' };

/** Whatever else a check may look at. */
export interface Circumstances {
  readonly settings: ListenerSettings;
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
  return { kind: 'refuse', reply };
}
