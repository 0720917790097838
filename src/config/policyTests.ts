/** Running the policy tests of a configuration: the same for a check on the command line, a start and a reload. */
import type { Mailbox } from '../mail/mod.ts';
import { compilePolicy, runPolicyTests, type MailboxFact, type PolicyTestResult } from '../policy/mod.ts';
import type { Config } from './config.ts';
import { policySource } from './resolve.ts';

export interface TestOptions {
  /** The time of tests that name none, milliseconds since the epoch. */
  readonly now: number;
  /** The directory, asked for mailboxes of inbound domains. */
  readonly lookup: (mailbox: Mailbox) => MailboxFact;
}

/** One result for each test, in the order of the file. */
export function runConfiguredTests(
  config: Config,
  { now, lookup }: TestOptions,
): readonly PolicyTestResult[] {
  const tests = config.tests.map((test) => ({ ...test, at: test.at ?? now }));
  return runPolicyTests(tests, compilePolicy(policySource(config)), lookup);
}
