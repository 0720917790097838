/**
 * Policy tests: what an administrator says must be so, checked for every address of the ranges named.
 *
 * A decision depends on the client address only through the range tables of the policy. So a range is cut where those
 * tables change, and one address of each part decides for the part: nothing is sampled.
 */
import type { Mailbox, ReversePath } from '../mail/mod.ts';
import { ipv4 } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import type { Policy } from './compile.ts';
import { decide } from './decide.ts';
import { locate } from './locate.ts';
import { findBlock, representatives } from './range-table.ts';
import type { Decision, Facts, MailboxFact, Place, RefusalReason } from './types.ts';
import { ruleName } from './words.ts';

export type Expectation = 'refused' | 'accepted' | 'relayed' | 'inbound' | 'forwarded';

export interface PolicyTest {
  readonly name?: string;
  /** Every address of every range is tested; at least one. */
  readonly from: readonly IpRange[];
  /** The local address; by default one that no grant names. */
  readonly toAddress?: IpAddress;
  readonly listener?: string;
  /** Signed in as this account; by default not signed in. */
  readonly account?: string;
  /** The claimed sender; by default the null reverse-path. */
  readonly sender?: ReversePath;
  readonly recipient: Mailbox;
  /** When, milliseconds since the epoch. */
  readonly at: number;
  readonly expect: Expectation;
  /** The rule that must decide, as `ruleName()` calls it. */
  readonly by?: string;
  readonly place: Place;
  /** Why it must be so; shown when it is not. */
  readonly because?: string;
}

export type PolicyTestResult =
  | { readonly test: PolicyTest; readonly passed: true }
  /** `decision`: the first that is not as expected; undefined when the test names no address. */
  | {
      readonly test: PolicyTest;
      readonly passed: false;
      readonly decision: Decision | undefined;
      readonly message: string;
    };

/** Runs the tests; one result each, in order. `known` is the directory, asked for mailboxes at inbound domains. */
export function runPolicyTests(
  tests: readonly PolicyTest[],
  policy: Policy,
  known: (mailbox: Mailbox) => MailboxFact,
): readonly PolicyTestResult[] {
  return tests.map((test) => runPolicyTest(test, policy, known));
}

/** A local address that no grant names; when the grants name every address, 0.0.0.0, which no client connects to. */
export function unnamedLocalAddress(policy: Policy): IpAddress {
  const { locals } = policy.grants;
  const everywhere: readonly IpRange[] = [
    { family: 4, first: 0, last: 2 ** 32 - 1 },
    { family: 6, first: 0n, last: 2n ** 128n - 1n },
  ];
  const candidates = everywhere.flatMap((range) => representatives(range, [locals]));
  return candidates.find((address) => findBlock(locals, address) === undefined) ?? ipv4(0);
}

function runPolicyTest(
  test: PolicyTest,
  policy: Policy,
  known: (mailbox: Mailbox) => MailboxFact,
): PolicyTestResult {
  const clients = test.from.flatMap((range) =>
    representatives(range, [policy.never.clients, policy.grants.clients]),
  );
  if (clients.length === 0) {
    const message = `${heading(test)}: it names no client address, so it tests nothing.`;
    return { test, passed: false, decision: undefined, message };
  }
  const { mailbox, route } = locate(test.recipient, policy);
  const facts: Omit<Facts, 'client'> = {
    localAddress: test.toAddress ?? unnamedLocalAddress(policy),
    listener: test.listener ?? '',
    account: test.account,
    sender: test.sender ?? null,
    recipient: test.recipient,
    mailbox: route?.kind === 'inbound' ? known(mailbox) : 'notAsked',
    at: test.at,
  };
  for (const client of clients) {
    const decision = decide({ ...facts, client }, policy);
    if (isExpected(decision, test)) continue;
    return { test, passed: false, decision, message: describeFailure(test, decision) };
  }
  return { test, passed: true };
}

function isExpected(decision: Decision, { expect, by }: PolicyTest): boolean {
  return MEETS[expect](decision) && (by === undefined || ruleName(decision.rule) === by);
}

const MEETS: Record<Expectation, (decision: Decision) => boolean> = {
  refused: ({ verdict }) => verdict === 'refused',
  accepted: ({ verdict }) => verdict === 'accepted',
  relayed: (decision) =>
    decision.verdict === 'accepted' && (decision.as === 'relay' || decision.as === 'alwaysRelay'),
  inbound: (decision) => decision.verdict === 'accepted' && decision.as === 'inbound',
  forwarded: (decision) => decision.verdict === 'accepted' && decision.as === 'forward',
};

/** `Test "strangers stay out" failed (line 52): 203.0.113.9 to b@other.example must be refused, but is relayed by …` */
function describeFailure(test: PolicyTest, decision: Decision): string {
  const { client, recipient } = decision.facts;
  const by = test.by === undefined ? '' : ` by ${test.by}`;
  const why = test.because === undefined ? '' : ` Because: ${test.because}`;
  const must = `${client.text} to ${recipient.address} must be ${test.expect}${by}`;
  return `${heading(test)}: ${must}, but is ${describeVerdict(decision)}.${why}`;
}

function heading({ name, place }: PolicyTest): string {
  return `Test ${name === undefined ? '' : `"${name}" `}failed (line ${place.line})`;
}

function describeVerdict(decision: Decision): string {
  const { rule } = decision;
  const by = rule.kind === 'none' ? '' : ` by ${String(ruleName(rule))} (line ${rule.place.line})`;
  if (decision.verdict === 'accepted') return `${ACCEPTED[decision.as]}${by}`;
  return `refused${REFUSED[decision.reason]}${decision.reason === 'neverRule' ? by : ''}`;
}

const ACCEPTED: Record<Extract<Decision, { verdict: 'accepted' }>['as'], Expectation> = {
  inbound: 'inbound',
  forward: 'forwarded',
  relay: 'relayed',
  alwaysRelay: 'relayed',
};

const REFUSED: Record<RefusalReason, string> = {
  unknownMailbox: ': there is no such mailbox',
  mailboxUnavailable: ': the directory does not answer',
  routingCharacters: ': its local part could name another destination, and no grant fits',
  rerouteOff: ': relaying is off',
  neverRule: '',
  noGrant: ': no grant fits',
};
