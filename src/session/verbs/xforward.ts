/**
 * XFORWARD, as Postfix has it (XFORWARD_README): a filter says where the next message first came from. It goes into the log and
 * nowhere else: no right, no limit, no rule and no trace line knows of it. What is said adds up until the transaction is over or the
 * client greets again.
 */
import { addForwarded } from '../forwarded.ts';
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const xforward: Check<'XFORWARD'> = (state, { attributes }, { settings, client }) => {
  if (!settings.mayXforward(client)) return refuse(REPLIES.xforwardRefused);
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase !== 'greeted') return refuse(REPLIES.notInTransaction);
  const forwarded = addForwarded(state.forwarded, attributes);
  return { kind: 'reply', reply: REPLIES.ok, next: { ...state, forwarded } };
};
