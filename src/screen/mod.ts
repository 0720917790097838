/**
 * What is asked of clients, senders and content beside the policy: lists of clients, what DNS says of them, message filters, who may
 * send as whom, and whether a message has the form of one. Pure: no clock, no I/O, no state; from facts to a verdict, for every input.
 *
 * A verdict only narrows: it can refuse or set aside what the policy accepted, and nothing here is asked of what the policy refused.
 */
export * from './types.ts';
export { isStranger, judgeClient } from './clients.ts';
export { compileScreen, type ScreenRules } from './compile.ts';
export { judgeSender } from './filters.ts';
export { judgeForm, type FormDemands, type FormProblem, type MessageForm, type Origin } from './form.ts';
export { asksDns, asksNetwork, judgeNetwork, type Approach } from './network.ts';
export { judgeFrom } from './protect.ts';
export {
  bindsAccount,
  judgeAccountAuthors,
  judgeAccountSender,
  judgeGrantAuthors,
  judgeGrantSender,
} from './senders.ts';
export { strictest } from './verdicts.ts';
export { describeScreenRule, formatScreenRule } from './words.ts';
