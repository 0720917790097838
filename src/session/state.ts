/**
 * The state of a session: a union that carries only what exists then. `Session` has the one setter.
 *
 *     silence --greeting--> connected --EHLO/HELO/LHLO--> greeted --MAIL--> transaction --DATA--> content --end--> greeted
 *     transaction --BDAT--> content --octets--> chunked --BDAT--> content        chunked --LAST--> greeted
 *     any --BDAT out of place--> swallow --octets--> as before                  greeted --AUTH--> login ----> greeted
 *     any --STARTTLS, XCLIENT--> connected (account and envelope forgotten)     any --QUIT--> ended
 *     silence --554 for a greeting--> barred --QUIT--> ended
 *
 * Invariants: `account` is set only by a successful AUTH on this very connection and forgotten at STARTTLS and XCLIENT; an
 * envelope exists only in transaction, content and chunked; what XFORWARD said lasts until the next transaction is over; content that has come exists only in content and chunked; a refused
 * recipient leaves no trace in the envelope.
 */
import type { DnsFacts } from '../facts/mod.ts';
import type { ReversePath } from '../mail/mod.ts';
import type { ScreenRule } from '../screen/mod.ts';
import type { BodyType, Reply } from '../smtp/mod.ts';
import type { Forwarded } from './forwarded.ts';
import type { AcceptedRecipient, DeliverBy, TlsFacts } from './types.ts';
import type { LoginExchange } from './login.ts';

export interface Hello {
  readonly verb: 'EHLO' | 'HELO' | 'LHLO';
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
  /** As declared (RFC 6152, RFC 3030). */
  readonly body: BodyType;
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  readonly ret: 'full' | 'headers' | undefined;
  readonly envelopeId: string | undefined;
  readonly deliverBy: DeliverBy | undefined;
  readonly holdUntil: number | undefined;
  readonly forwarded: Forwarded | undefined;
  readonly recipients: readonly AcceptedRecipient[];
  /** Of the recipients' addresses and ORCPT. */
  readonly octets: number;
  /** Recipients for which there was no room. */
  readonly excess: number;
  /** The rule for which the message is kept held; undefined: none so far. */
  readonly quarantine: ScreenRule | undefined;
  /** What DNS says of the client, once it has been waited for. */
  readonly dns: DnsFacts | undefined;
  /** Names of the grants that let recipients in. */
  readonly grants: ReadonlySet<string>;
}

interface InTransaction extends Standing {
  readonly hello: Hello;
  readonly transaction: Transaction;
}

/** An envelope is open. */
export interface TransactionState extends InTransaction {
  readonly phase: 'transaction';
}

/** One BDAT (RFC 3030 2). */
export interface Chunk {
  /** Octets. */
  readonly size: number;
  readonly last: boolean;
}

/** Octets of the message arrive: after DATA, or those of a chunk. */
export interface ContentState extends InTransaction {
  readonly phase: 'content';
  /** Undefined after DATA. */
  readonly chunk: Chunk | undefined;
  /** Octets of the chunks before. */
  readonly octets: number;
}

/** A chunk has come, and the last one has not. */
export interface ChunkedState extends InTransaction {
  readonly phase: 'chunked';
  readonly octets: number;
  /** Why a chunk was refused; the transaction is over, and only what the client has pipelined is still answered so. */
  readonly failed: Reply | undefined;
}

/** The octets of a BDAT that is refused arrive: they are no commands (RFC 3030 2). */
export interface SwallowState extends Standing {
  readonly phase: 'swallow';
  readonly octets: number;
  /** Said when they have come, so many times: after the last chunk LMTP has one reply for each recipient. */
  readonly reply: Reply;
  readonly times: number;
  /** An error of the client. False: it was told of it already, and this chunk was under way. */
  readonly error: boolean;
  readonly next: CommandState;
}

export interface GreetedState extends Standing {
  readonly phase: 'greeted';
  readonly hello: Hello;
  readonly forwarded: Forwarded | undefined;
}

/** The states in which a command line is expected. */
export type CommandState =
  (Standing & { readonly phase: 'connected' }) | GreetedState | TransactionState | ChunkedState;

export type LoginState = Omit<GreetedState, 'phase'> & {
  readonly phase: 'login';
  readonly exchange: LoginExchange;
};

/** The client is refused by its address; it can only say QUIT (RFC 5321 3.1). */
export type BarredState = Standing & { readonly phase: 'barred' };

/** The states in which a line is expected. */
export type LineState = CommandState | LoginState | BarredState;

export type State =
  /** Before the greeting: the client must keep silent (RFC 5321 3.1). */
  | (Standing & { readonly phase: 'silence' })
  | LineState
  | ContentState
  | SwallowState
  | (Standing & { readonly phase: 'ended' });

export function standing(state: State): Standing {
  return { tls: state.tls, account: state.account };
}

/** How many replies the end of a message has (RFC 2033 4.2). */
export function finalReplies({ hello, transaction }: InTransaction): number {
  return hello.verb === 'LHLO' ? transaction.recipients.length : 1;
}

/** After EHLO, RSET, a finished message: greeted, no envelope, and nothing of where the next message comes from. */
export function greeted(state: State, hello: Hello): GreetedState {
  return { ...standing(state), phase: 'greeted', hello, forwarded: undefined };
}

/** It is octets that come, and no lines. */
export function takesOctets(state: State): state is ContentState | SwallowState {
  return state.phase === 'content' || state.phase === 'swallow';
}

/** Whether what has come of a message is still kept. */
export function holdsContent(state: State): boolean {
  return state.phase === 'content' || (state.phase === 'chunked' && state.failed === undefined);
}
