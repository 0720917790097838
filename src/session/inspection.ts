/** Judges a message that has come whole: its form, whose addresses it shows, and what is left of it to be set aside. */
import {
  formatScreenRule,
  isStranger,
  judgeAccountAuthors,
  judgeForm,
  judgeFrom,
  judgeGrantAuthors,
  PASS,
  strictest,
  type Caller,
  type FormProblem,
  type Origin,
  type ScreenRule,
  type Verdict,
} from '../screen/mod.ts';
import type { Reply } from '../smtp/mod.ts';
import type { Acting } from './acting.ts';
import type { Content } from './content.ts';
import { refusalFor, repeatedField, withReference } from './refusals.ts';
import { REPLIES } from './replies.ts';
import { callerOf, ownerOf } from './screening.ts';
import type { ContentState } from './state.ts';

export type Inspection =
  /** `rule`: of the screen; `none`: for its form or its size. */
  | { readonly kind: 'refused'; readonly reply: Reply; readonly rule: string }
  /** `quarantine` undefined: it is delivered. */
  | { readonly kind: 'taken'; readonly quarantine: ScreenRule | undefined };

export function inspect(session: Acting, content: Content, state: ContentState): Inspection {
  const { peer, settings } = session;
  const caller = callerOf(session, state);
  const sent = { state, caller, stranger: isStranger(session.services.screen(), caller) };
  const problem = content.problem(settings) ?? formProblem(session, content, sent);
  if (problem !== undefined) return { kind: 'refused', reply: problem, rule: 'none' };
  const verdict = screenAuthors(session, content, sent);
  if (verdict.kind !== 'refuse')
    return {
      kind: 'taken',
      quarantine: state.transaction.quarantine ?? (verdict.kind === 'pass' ? undefined : verdict.rule),
    };
  if (isUncertain(session, verdict.rule))
    return { kind: 'refused', reply: REPLIES.authUnavailable, rule: 'none' };
  const reply = withReference(refusalFor(verdict.rule, peer.client.text), peer.id);
  return { kind: 'refused', reply, rule: formatScreenRule(verdict.rule) };
}

interface Sent {
  readonly state: ContentState;
  readonly caller: Caller;
  readonly stranger: boolean;
}

function formProblem(session: Acting, content: Content, { state, stranger }: Sent): Reply | undefined {
  const { nul, longestLine } = content.summary();
  const { limits, purpose } = session.settings;
  const known: Origin = stranger ? 'stranger' : 'known';
  const from: Origin = purpose === 'submission' ? 'submission' : known;
  const problem = judgeForm(
    { header: content.header(), nul, longestLine },
    { limits, smtpUtf8: state.transaction.smtpUtf8, from },
  );
  return problem && formReply(problem);
}

function formReply(problem: FormProblem): Reply {
  return problem.kind === 'repeatedField' ? repeatedField(problem.name) : REPLIES[problem.kind];
}

/** What is asked of From and Sender: of accounts, of what grants let in, and of strangers. */
function screenAuthors(session: Acting, content: Content, { state, caller, stranger }: Sent): Verdict {
  const rules = session.services.screen();
  const authors = content.header();
  return strictest([
    judgeAccountAuthors(rules, caller, { authors, owns: ownerOf(session, caller) }),
    judgeGrantAuthors(rules, state.transaction.grants, authors),
    stranger ? judgeFrom(rules.protection, authors.from) : PASS,
  ]);
}

/** Whether it is only that the accounts cannot be read now. */
function isUncertain({ services }: Acting, rule: ScreenRule): boolean {
  return rule.kind === 'accountSendAs' && services.authenticator.standing(rule.account) === 'unavailable';
}
