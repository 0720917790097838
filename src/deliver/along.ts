/** Trying a message along a route until everybody has an outcome. */
import { objectionTo } from './fit.ts';
import { handOver, type HandOverOptions } from './handOver.ts';
import type { Message } from './message.ts';
import type { Route } from './route.ts';
import type { Outcome, Recipient } from './types.ts';
import { INTERRUPTED } from './unopened.ts';
import { asTemporary, deferred, outcomeOf, type Answerer, type Verdict } from './verdict.ts';

export interface AlongOptions extends HandOverOptions {
  readonly signal: AbortSignal;
  /**
   * The hosts are those of the configuration: when they turn us away before any message, that is a matter between them and the
   * administrator, so mail waits even if they say 5xx.
   */
  readonly patient: boolean;
}

/** Addresses tried for one attempt; RFC 5321 5.1 wants at least two. */
const MOST_ADDRESSES = 10;

interface Setback {
  readonly verdict: Verdict;
  readonly answerer: Answerer | undefined;
  /** It is about the message: waiting would not help, however patient. */
  readonly ofMessage: boolean;
}

export async function along(
  route: Route,
  message: Message,
  recipients: readonly Recipient[],
  options: AlongOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let left = recipients;
  let setback: Setback | undefined;
  for (let tried = 0; tried < MOST_ADDRESSES; tried += 1) {
    const step = await route.next();
    if (step.done === true) {
      if (step.value !== undefined) {
        setback = worse(setback, { verdict: step.value, answerer: undefined, ofMessage: false });
      }
      break;
    }
    const objection = objectionTo(step.value, message);
    if (objection !== undefined) {
      setback = worse(setback, { verdict: objection, answerer: undefined, ofMessage: true });
      continue;
    }
    const handed = await handOver(message, left, step.value, options);
    outcomes.push(...handed.outcomes);
    left = handed.left;
    if (left.length === 0) break;
    setback = handed.elsewhere ? worse(setback, handed) : handed;
    if (!handed.elsewhere) break;
  }
  if (options.signal.aborted) {
    setback = { verdict: INTERRUPTED, answerer: undefined, ofMessage: false };
  }
  const { verdict, answerer, ofMessage } = setback ?? NOBODY;
  const final = options.patient && !ofMessage ? asTemporary(verdict) : verdict;
  for (const recipient of left) outcomes.push(outcomeOf(recipient, final, answerer));
  return outcomes;
}

const NOBODY: Setback = {
  verdict: deferred('4.4.0', 'There was no address to try'),
  answerer: undefined,
  ofMessage: false,
};

/** While one of several addresses may yet do, the message waits: what is temporary outweighs what is for good. */
function worse(before: Setback | undefined, now: Setback): Setback {
  if (before === undefined) return now;
  return before.verdict.kind === 'failed' && now.verdict.kind === 'deferred' ? now : before;
}
