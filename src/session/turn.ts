/** Proceeding with ETRN (RFC 1985): the queue is asked, its answer is the reply. */
import type { Acting } from './acting.ts';
import { REPLIES } from './replies.ts';
import type { TurnAnswer, TurnTarget } from './types.ts';
import type { Reply } from '../smtp/mod.ts';

const ANSWERS: { readonly [A in TurnAnswer]: Reply } = {
  started: REPLIES.turnStarted,
  nothing: REPLIES.turnNothing,
  forbidden: REPLIES.turnForbidden,
  unavailable: REPLIES.turnUnavailable,
};

export async function askTurn(session: Acting, target: TurnTarget): Promise<void> {
  const { account } = session.state;
  const answer = await session.services.turn.request(target, { client: session.peer.client, account });
  if (answer === 'forbidden') session.countError();
  session.say(ANSWERS[answer]);
}
