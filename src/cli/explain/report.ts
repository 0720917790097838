/** What `postern explain` finds out, before it is put into words. */
import { resolveLogin } from '../../accounts/mod.ts';
import { policySource } from '../../config/mod.ts';
import type { Config } from '../../config/mod.ts';
import type { Mailbox } from '../../mail/mod.ts';
import { compilePolicy, explain, locate } from '../../policy/mod.ts';
import type { Decision, Explanation } from '../../policy/mod.ts';
import type { Mailboxes } from '../mailboxes.ts';
import { isInputProblem } from '../inputProblem.ts';
import type { InputProblem } from '../inputProblem.ts';
import { besidePolicy, type Beside } from './beside.ts';
import { readInput } from './input.ts';
import type { ExplainOptions } from './input.ts';
import { findEntrance } from './listener.ts';
import { settle } from './open.ts';
import type { MissingFact } from './open.ts';

export type Report =
  | {
      readonly kind: 'decided';
      readonly explanation: Explanation;
      /** Facts that were not given and would not have changed the verdict. */
      readonly assumed: readonly MissingFact[];
      /** What the screen says of what the policy accepts. */
      readonly beside: readonly Beside[];
    }
  /** The listener asks for a login before any sender or recipient, so the policy is never asked. */
  | { readonly kind: 'signInFirst'; readonly listener: string }
  /** The verdict depends on facts that were not given. */
  | {
      readonly kind: 'depends';
      readonly on: readonly MissingFact[];
      readonly allowed: Decision;
      readonly otherwise: Decision;
    }
  /** The recipient is inbound, and the accounts cannot be read. */
  | { readonly kind: 'noDirectory'; readonly mailbox: Mailbox; readonly problem: string };

export interface ReportContext {
  readonly config: Config;
  readonly mailboxes: Mailboxes;
  readonly now: number;
}

export function makeReport(
  recipient: string,
  options: ExplainOptions,
  { config, mailboxes, now }: ReportContext,
): Report | InputProblem {
  const source = policySource(config);
  const policy = compilePolicy(source);
  const input = readInput(recipient, options, { config, postmasterDomain: policy.postmasterDomain, now });
  if (isInputProblem(input)) return input;
  const entrance = findEntrance(input, config);
  if (isInputProblem(entrance)) return entrance;
  const account = input.login === undefined ? undefined : signIn(input.login, config, mailboxes);
  if (typeof account === 'object') return account;
  const { listener, addresses } = entrance;
  // RFC 6409 4.3
  if (listener.auth === 'required' && account === undefined)
    return { kind: 'signInFirst', listener: listener.name };
  const { mailbox, route } = locate(input.recipient, policy);
  const known = route?.kind === 'inbound' ? mailboxes.lookup(mailbox) : 'notAsked';
  if (known === 'unavailable') {
    return { kind: 'noDirectory', mailbox, problem: mailboxes.problem ?? 'The accounts cannot be read now.' };
  }
  const { client, at, sender } = input;
  const facts = { client, at, listener: listener.name, account, recipient: input.recipient, mailbox: known };
  const answer = settle({ facts, addresses, sender }, source, policy);
  if (answer.kind === 'depends') return answer;
  const explanation = explain(answer.facts, policy);
  const beside = besidePolicy(explanation.decision, { config, mailboxes, sender });
  return { kind: 'decided', explanation, assumed: answer.assumed, beside };
}

/** The name of the account that a login names, if it can sign in; without readable accounts, the name as it would be. */
function signIn(login: string, { accounts }: Config, mailboxes: Mailboxes): string | InputProblem {
  const address = resolveLogin(login, accounts);
  if (address === undefined) {
    return {
      error: `--account: ${login} names no account`,
      remedy:
        'Write its address, such as alice@contoso.example, or a login that `accounts` in the configuration allows.',
    };
  }
  const account = mailboxes.account(address);
  if (account === 'unavailable') return address;
  if (account === 'unknown') {
    return {
      error: `--account: there is no account ${address}, so nobody can have signed in as it`,
      remedy: 'See the accounts with: postern account list',
    };
  }
  if (account.disabled || account.hash === null) {
    const why = account.disabled ? 'is disabled' : 'has no password';
    return {
      error: `--account: ${account.name} ${why}, so nobody can have signed in as it`,
      remedy: `See it with: postern account show ${account.name}`,
    };
  }
  return account.name;
}
