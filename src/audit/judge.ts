/** From what a server said, and what arrived, to a verdict. Pure. */
import { fill, homeOf } from './template.ts';
import type { Arrival } from './sink.ts';
import type { Attempt } from './transaction.ts';
import type { Names, Probe, Verdict } from './types.ts';

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** What is known about the server beyond the probe at hand. */
export interface Evidence {
  /** Why accepting the recipient does not mean relaying; undefined when it does. */
  readonly doubt: string | undefined;
  /** What arrived with the token of the probe; undefined without a sink. */
  readonly arrivals: readonly Arrival[] | undefined;
  /** Seconds that the sink waited. */
  readonly waited: number;
  readonly names: Names;
}

export function judge(probe: Probe, attempt: Attempt, evidence: Evidence): Judgement {
  switch (attempt.kind) {
    case 'refused':
      return { verdict: 'refuses', reason: attempt.reason };
    case 'putOff':
      return { verdict: 'cannotTell', reason: attempt.reason };
    case 'lost':
      return { verdict: 'cannotTell', reason: attempt.loss.text };
    case 'watched':
      return judgeWatched(attempt.reason, evidence);
    case 'accepted':
      return attempt.token === undefined || evidence.arrivals === undefined
        ? judgeReply(attempt.reason, evidence)
        : judgeArrivals(probe, attempt.reason, { ...evidence, arrivals: evidence.arrivals });
    default:
      return attempt satisfies never;
  }
}

function judgeReply(reason: string, { doubt }: Evidence): Judgement {
  if (doubt === undefined) return { verdict: 'accepts', reason };
  return { verdict: 'cannotTell', reason: `${reason}; but ${doubt}` };
}

function judgeArrivals(
  probe: Probe,
  reason: string,
  { doubt, arrivals, names, waited }: Evidence & { readonly arrivals: readonly Arrival[] },
): Judgement {
  for (const arrival of arrivals.filter((one) => !isBounce(one, probe))) {
    const foreign = arrival.recipients.find((recipient) => isForeign(recipient, names));
    if (foreign !== undefined)
      return { verdict: 'relays', reason: `it arrived at the sink for <${foreign}> from ${arrival.client}` };
  }
  if (arrivals.some((arrival) => isBounce(arrival, probe)))
    return { verdict: 'accepts', reason: `${reason}; then it was bounced to the claimed sender` };
  const [own] = arrivals;
  if (own !== undefined) {
    const passedOn = `it was passed on as <${own.recipients[0] ?? ''}>, an address of its own`;
    return doubt === undefined
      ? { verdict: 'accepts', reason: `${reason}; ${passedOn}: the next host must not follow it` }
      : { verdict: 'refuses', reason: `${passedOn}, as it does with any local part there` };
  }
  return doubt === undefined
    ? { verdict: 'accepts', reason: `${reason}; nothing arrived at the sink within ${waited} s` }
    : {
        verdict: 'refuses',
        reason: `nothing went out: ${doubt}, and nothing arrived at the sink within ${waited} s`,
      };
}

function judgeWatched(reason: string, { arrivals = [], names, waited }: Evidence): Judgement {
  for (const { recipients } of arrivals) {
    const foreign = recipients.find((recipient) => isForeign(recipient, names));
    if (foreign !== undefined)
      return { verdict: 'relays', reason: `it arrived at the sink for <${foreign}>` };
  }
  return { verdict: 'refuses', reason: `${reason}, and nothing went outside within ${waited} s` };
}

/** A report that it could not be delivered: backscatter, but not relaying. To the null sender nothing is ever bounced (RFC 5321 4.5.5). */
function isBounce({ sender }: Arrival, probe: Probe): boolean {
  return sender === '' && !(probe.kind === 'envelope' && probe.mail === 'MAIL FROM:<>');
}

function isForeign(recipient: string, { domain, host, literal, known }: Names): boolean {
  const at = recipient.lastIndexOf('@');
  if (at === -1) return false;
  const own = [domain, host, literal, 'localhost', known.slice(known.lastIndexOf('@') + 1)];
  return !own.some((one) => one.toLowerCase() === recipient.slice(at + 1).toLowerCase());
}

/** Where a probe's recipient may be an ordinary mailbox, and so has to be compared with one that means nothing. */
export interface Comparison {
  /** The line of RCPT for a local part that means nothing. */
  readonly rcpt: string;
  readonly mail: string;
  /** The home in words. */
  readonly home: string;
}

/** `nonsense` is a local part that nobody has. */
export function comparisonOf(
  probe: Probe,
  nonsense: string,
  values: ReadonlyMap<string, string>,
): Comparison | undefined {
  if (probe.kind !== 'envelope') return undefined;
  const template = homeOf(probe.rcpt);
  if (template === undefined) return undefined;
  const home = fill(template, values);
  return {
    rcpt: `RCPT TO:<${nonsense}${home === '' ? '' : `@${home}`}>`,
    mail: fill(probe.mail ?? 'MAIL FROM:<{sender}>', values),
    home: home === '' ? 'addresses without a domain' : home,
  };
}

export const AMBIGUOUS = 'the reply does not say which of the two recipients in that line it is for';
