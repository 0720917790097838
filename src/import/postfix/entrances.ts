/**
 * One policy out of many entrances. Postfix may judge at each service by other restrictions; Postern has one policy for
 * all listeners. The entrance on port 25 says what is relayed without signing in, that for submission what is relayed
 * after it; an entrance that permits less is left out, so that nobody relays there who could not before.
 */
import type { DraftListener } from '../draft.ts';
import { formatOrigin } from '../types.ts';
import type { Remark } from '../types.ts';
import { not } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import { merged, restrict, subtract } from './pieces.ts';
import type { Piece } from './pieces.ts';
import type { Entrance } from './services.ts';
import { MASTER } from './settings.ts';

export interface References {
  /** What is permitted without signing in. */
  readonly anonymous: readonly Piece[];
  /** What is permitted after it; undefined: nobody can. */
  readonly signedIn: readonly Piece[] | undefined;
}

const SUBMISSION = new Set([587, 465]);

/** The entrances whose restrictions become the policy. */
export function referencesOf(entrances: readonly Entrance[]): References {
  const byPort = (...ports: readonly number[]): Entrance | undefined =>
    ports.flatMap((port) => entrances.filter((each) => each.port === port))[0];
  const main = byPort(25) ?? entrances[0];
  const canSignIn = entrances.filter(({ signedIn }) => signedIn !== undefined);
  const submission =
    [587, 465, 25].flatMap((port) => canSignIn.filter((each) => each.port === port))[0] ?? canSignIn[0];
  return { anonymous: main?.anonymous ?? [], signedIn: submission?.signedIn };
}

export interface ListenersOptions {
  readonly references: References;
  /** Recipients that have a route; about the others is relaying. */
  readonly routed: MailboxSet;
  readonly tell: (remark: Remark) => void;
  readonly note: (remark: Remark) => void;
}

/** The listeners, each with how clients sign in there. */
export function buildListeners(
  entrances: readonly Entrance[],
  options: ListenersOptions,
): readonly DraftListener[] {
  const names = new Map<string, number>();
  return entrances.flatMap((entrance): readonly DraftListener[] => {
    const listener = listenerOf(entrance, options);
    if (listener === undefined) return [];
    const count = (names.get(listener.name) ?? 0) + 1;
    names.set(listener.name, count);
    return [count === 1 ? listener : { ...listener, name: `${listener.name}-${count}` }];
  });
}

function listenerOf(entrance: Entrance, options: ListenersOptions): DraftListener | undefined {
  const { service, port, anonymous } = entrance;
  const { references, tell } = options;
  const where = { file: MASTER, line: service.line };
  const leave = (why: string): undefined => {
    tell({ what: `service ${service.name}`, where, why: `${why} The listener is left out.` });
  };
  const relays = (pieces: readonly Piece[]): readonly Piece[] => relaying(pieces, options.routed);
  const less = (wanted: readonly Piece[], given: readonly Piece[]): boolean =>
    subtract(relays(wanted), relays(given)).length > 0;
  const mustSignIn = anonymous.length === 0;
  if (mustSignIn && entrance.signedIn === undefined) return leave('Postfix takes no mail there.');
  if (!mustSignIn && less(references.anonymous, anonymous))
    return leave('Postfix relays less there than on port 25, and Postern has one policy for all listeners.');
  const auth = authOf(entrance, options, less);
  if (auth === 'off' && mustSignIn)
    return leave(
      'Postfix permits less there after signing in, and Postern has one policy for all listeners.',
    );
  if (!mustSignIn && less(anonymous, references.anonymous))
    tell({
      what: `service ${service.name}`,
      where,
      why: 'Postfix relays more there than on port 25; that is not carried over.',
    });
  if (port === 25 && entrance.tls === 'implicit') return leave('Clients of port 25 begin in clear text.');
  if (port === 465 && entrance.tls !== 'implicit') return leave('Clients of port 465 begin with TLS.');
  const submission = SUBMISSION.has(port) && auth !== 'off';
  return {
    name: nameOf(port, submission),
    bind: entrance.bind,
    ...(submission ? { for: 'submission' } : {}),
    ...(entrance.tls === 'implicit' ? { tls: 'implicit' } : {}),
    ...(auth === (submission ? 'required' : 'optional') ? {} : { auth }),
    comment: `${formatOrigin(where)} ${service.name}`,
  };
}

function nameOf(port: number, submission: boolean): string {
  if (!submission) return 'transfer';
  return port === 465 ? 'submissions' : 'submission';
}

/** Whether clients sign in: never where Postfix permits less after it than Postern would. */
function authOf(
  entrance: Entrance,
  { references, tell, note }: ListenersOptions,
  less: (wanted: readonly Piece[], given: readonly Piece[]) => boolean,
): 'required' | 'optional' | 'off' {
  const { service, signedIn, anonymous } = entrance;
  const where = { file: MASTER, line: service.line };
  if (signedIn === undefined) return 'off';
  const wanted = [...(references.signedIn ?? []), ...references.anonymous];
  if (less(wanted, signedIn)) {
    tell({
      what: `smtpd_sasl_auth_enable of service ${service.name}`,
      where,
      why: 'Postfix permits less there to clients that have signed in than at its other services; nobody signs in there with Postern.',
    });
    return 'off';
  }
  if (entrance.signsInWithoutTls)
    note({
      what: `smtpd_sasl_auth_enable of service ${service.name}`,
      where,
      why: 'Postfix lets clients sign in without TLS, where anybody on the way reads the password. Postern does so only after STARTTLS.',
    });
  return anonymous.length === 0 ? 'required' : 'optional';
}

/** What of the pieces is relaying and certain. */
function relaying(pieces: readonly Piece[], routed: MailboxSet): readonly Piece[] {
  const certain = pieces.filter(({ doubts }) => doubts.length === 0);
  return merged(restrict(certain, { recipients: not({ ...routed, null: true }) }));
}
