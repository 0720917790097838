/**
 * What is asked beside the policy of what it accepts, as far as the facts of an explanation can tell: the lists of clients, the filters,
 * and who may send as whom in the envelope. It is told apart, since the verdict that is explained is the policy's.
 */
import { screenSource, type Config } from '../../config/mod.ts';
import type { ReversePath } from '../../mail/mod.ts';
import { formatPlace, type Decision } from '../../policy/mod.ts';
import {
  compileScreen,
  formatScreenRule,
  judgeAccountSender,
  judgeClient,
  judgeGrantSender,
  judgeSender,
  type ScreenRule,
  type Verdict,
} from '../../screen/mod.ts';
import type { Mailboxes } from '../mailboxes.ts';

/** A rule that meets what the policy accepted. */
export type Beside = Exclude<Verdict, { kind: 'pass' }>;

export interface BesideContext {
  readonly config: Config;
  readonly mailboxes: Mailboxes;
  /** Undefined: not said. */
  readonly sender: ReversePath | undefined;
}

/** Every rule that would refuse or set aside what `decision` accepted. */
export function besidePolicy(decision: Decision, { config, mailboxes, sender }: BesideContext): Beside[] {
  if (decision.verdict === 'refused') return [];
  const rules = compileScreen(screenSource(config));
  const { client, account } = decision.facts;
  const caller = { client, account, holdsGrant: decision.rule.kind === 'grant' };
  const owns = ({ address }: { readonly address: string }): boolean => {
    const owner = mailboxes.account(address);
    return typeof owner === 'object' && owner.name === account;
  };
  const verdicts = [judgeClient(rules, client)];
  if (sender !== undefined) {
    verdicts.push(judgeSender(rules.filters, client, sender));
    if (mailboxes.problem === undefined) verdicts.push(judgeAccountSender(rules, caller, { sender, owns }));
    if (decision.rule.kind === 'grant') verdicts.push(judgeGrantSender(rules, decision.rule.name, sender));
  }
  return verdicts.filter((verdict) => verdict.kind !== 'pass');
}

/** One sentence for each. */
export function describeBeside({ kind, rule }: Beside): string {
  const met = kind === 'refuse' ? 'All the same it is refused' : 'It is accepted and kept held';
  return `${met}, beside the policy: ${because(rule)}.`;
}

export function besideJson({ kind, rule }: Beside) {
  return { verdict: kind === 'refuse' ? 'refused' : 'quarantined', rule: formatScreenRule(rule) };
}

function because(rule: ScreenRule): string {
  switch (rule.kind) {
    case 'client':
      return 'clients.refuse lists the client';
    case 'filter':
      return `filter ${rule.name} meets it (${formatPlace(rule.place)})`;
    case 'accountSendAs':
      return `${rule.account} may not send as ${rule.address ?? 'that'} (accounts.sendAs)`;
    case 'grantSendAs':
      return `what grant ${rule.grant} lets in may not come from ${rule.address ?? 'that'} (sendAs)`;
    case 'dnsList':
    case 'reverseName':
    case 'helo':
    case 'protectFrom':
      return formatScreenRule(rule);
    default:
      return rule satisfies never;
  }
}
