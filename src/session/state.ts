/**
 * The state of a session: a union that carries only what exists then. `Session` has the one setter.
 *
 *     connected --EHLO/HELO--> greeted --MAIL--> transaction --DATA--> content --CRLF.CRLF--> greeted
 *                              greeted --AUTH--> login ----> greeted
 *     any --STARTTLS--> connected (account and envelope forgotten)          any --QUIT--> ended
 *
 * Invariants: `account` is set only by a successful AUTH on this very connection and forgotten at STARTTLS; an envelope
 * exists only in transaction and content; a refused recipient leaves no trace in it.
 */
import type { ReversePath } from '../mail/mod.ts';
import type { AcceptedRecipient, TlsFacts } from './types.ts';
import type { LoginExchange } from './login.ts';

export interface Hello {
  readonly verb: 'EHLO' | 'HELO';
  /** As given; may be empty on listeners that tolerate it. */
  readonly name: string;
}

/** What lasts from command to command. */
export interface Standing {
  readonly tls: TlsFacts | undefined;
  readonly account: string | undefined;
}

export interface Transaction {
  /** Which MAIL of the session, from 1. */
  readonly number: number;
  readonly sender: ReversePath;
  readonly eightBit: boolean;
  readonly recipients: readonly AcceptedRecipient[];
}

export type State =
  | (Standing & { readonly phase: 'connected' })
  | (Standing & { readonly phase: 'greeted'; readonly hello: Hello })
  | (Standing & { readonly phase: 'login'; readonly hello: Hello; readonly exchange: LoginExchange })
  | (Standing & { readonly phase: 'transaction'; readonly hello: Hello; readonly transaction: Transaction })
  | (Standing & { readonly phase: 'content'; readonly hello: Hello; readonly transaction: Transaction })
  | (Standing & { readonly phase: 'ended' });

/** The states in which a command line is expected. */
export type CommandState = Extract<State, { phase: 'connected' | 'greeted' | 'transaction' }>;

export function standing(state: State): Standing {
  return { tls: state.tls, account: state.account };
}

/** After EHLO, RSET, a finished message: greeted, no envelope. */
export function greeted(state: State, hello: Hello): State {
  return { ...standing(state), phase: 'greeted', hello };
}
