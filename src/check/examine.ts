/**
 * The one gate: what must be so before a configuration comes into force, the same for `postern check`, a start and a reload. Pure; what
 * it needs of the machine and of the accounts is passed in.
 */
import { policySource, runConfiguredTests } from '../config/mod.ts';
import type { Config, ConfigProblem } from '../config/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import type { MailboxFact, PolicyTestResult } from '../policy/mod.ts';
import { prove } from '../proof/mod.ts';
import type { FindingCode } from './findings/catalogue.ts';
import { findAll } from './findings/find.ts';
import { openingProblem } from './openings.ts';
import type { Examination, HostFacts } from './types.ts';
import { untoldOf } from './untold.ts';

export interface ExamineOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Undefined: the configuration is for another machine, and nothing of this one is looked at. */
  readonly host: HostFacts | undefined;
  /** The directory, asked for mailboxes and accounts. */
  readonly lookup: (mailbox: Mailbox) => MailboxFact;
}

/** Runs the policy tests, proves the policy, and looks for findings. `config` is valid. */
export function examine(config: Config, options: ExamineOptions): Examination<FindingCode> {
  const proof = prove(policySource(config), { now: options.now });
  const scene = { config, proof, ...options };
  const { findings, more } = findAll(scene);
  return {
    tests: runConfiguredTests(config, options),
    proof,
    findings,
    untold: [...more, ...untoldOf(scene)],
  };
}

/** In the order in which they matter: the first that is so. */
export type Verdict = 'notProved' | 'testsFailed' | 'errors' | 'cannotTell' | 'proved';

export function verdictOf({ tests, proof, findings }: Examination): Verdict {
  if (proof.openings.length > 0) return 'notProved';
  if (tests.some((result) => !result.passed && !isUndecided(result))) return 'testsFailed';
  if (findings.some(({ severity }) => severity === 'error')) return 'errors';
  return tests.some(isUndecided) ? 'cannotTell' : 'proved';
}

/** A test that needs the accounts, which cannot be read. */
export function isUndecided(result: PolicyTestResult): boolean {
  if (result.passed || result.decision?.verdict !== 'refused') return false;
  return result.decision.reason === 'mailboxUnavailable';
}

/** Why a configuration is not put in force; empty: it is. A test that cannot be decided stands in the way as well. */
export function refusalsOf({ tests, proof, findings }: Examination): readonly ConfigProblem[] {
  return [
    ...proof.openings.map(openingProblem),
    ...findings
      .filter(({ severity }) => severity === 'error')
      .map(({ place, message, remedy }) => ({ place, message, remedy })),
    ...tests.flatMap((result) =>
      result.passed
        ? []
        : [{ place: result.test.place, message: result.message, remedy: 'Mend the rule or the test.' }],
    ),
  ];
}
