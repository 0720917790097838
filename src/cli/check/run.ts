/** Running `postern check`. */
import { loadConfig, runConfiguredTests } from '../../config/mod.ts';
import type { Config, ConfigProblem } from '../../config/mod.ts';
import type { PolicyTestResult } from '../../policy/mod.ts';
import type { Call } from '../command.ts';
import { locateConfig } from '../configFile.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { openMailboxes } from '../mailboxes.ts';
import { describeProblems } from '../problems.ts';
import { formatCount } from '../quantity.ts';
import { describeIdle } from './idle.ts';

export interface Options {
  readonly json?: true;
}

type Verdict = 'valid' | 'invalid' | 'testsFailed' | 'cannotTell';

interface Findings {
  readonly verdict: Verdict;
  readonly path: string;
  readonly problems: readonly ConfigProblem[];
  readonly tests: readonly PolicyTestResult[];
  /** Tests that need the accounts, which cannot be read. */
  readonly undecided: readonly PolicyTestResult[];
  readonly failed: readonly PolicyTestResult[];
  /** Why the accounts cannot be read. */
  readonly accounts: string | undefined;
  /** What is valid and without effect, in sentences. */
  readonly idle: readonly string[];
  readonly config: Config | undefined;
}

const EXITS: Record<Verdict, ExitCode> = {
  valid: EXIT.yes,
  testsFailed: EXIT.no,
  invalid: EXIT.usage,
  cannotTell: EXIT.cannotTell,
};

export async function runCheck(call: Call<Options>): Promise<ExitCode> {
  const path = await locateConfig(call);
  if (path === undefined) return EXIT.usage;
  const findings = await find(path, call.io.clock.now());
  if (call.options.json) call.out.json(findingsJson(findings));
  else call.out.answer(describeFindings(findings, call));
  return EXITS[findings.verdict];
}

async function find(path: string, now: number): Promise<Findings> {
  const nothing = { path, tests: [], undecided: [], failed: [], accounts: undefined, idle: [] };
  const loaded = await loadConfig(path);
  if ('problems' in loaded)
    return { ...nothing, verdict: 'invalid', problems: loaded.problems, config: undefined };
  const { config } = loaded;
  using mailboxes = openMailboxes(config);
  const tests = runConfiguredTests(config, { now, lookup: (mailbox) => mailboxes.lookup(mailbox) });
  const undecided = tests.filter(isUndecided);
  const failed = tests.filter((result) => !result.passed && !isUndecided(result));
  let verdict: Verdict = 'valid';
  if (failed.length > 0) verdict = 'testsFailed';
  else if (undecided.length > 0) verdict = 'cannotTell';
  const idle = describeIdle(config, now);
  const { problem: accounts } = mailboxes;
  return { ...nothing, verdict, problems: [], tests, undecided, failed, accounts, idle, config };
}

function isUndecided(result: PolicyTestResult): boolean {
  if (result.passed || result.decision?.verdict !== 'refused') return false;
  return result.decision.reason === 'mailboxUnavailable';
}

function describeFindings(findings: Findings, { out }: Call<Options>): string {
  const { good, bad, caution } = out.style;
  const { path, problems, tests, failed, undecided, accounts, idle, config } = findings;
  const checked = config === undefined ? [] : [...idle, describeChecked(config, tests.length)];
  switch (findings.verdict) {
    case 'valid':
      return [
        `${good('Valid:')} ${path}${tests.length === 0 ? '' : `, and ${allPassed(tests.length)}`}.`,
        ...checked,
        'Put it in force with: postern reload (or start with: postern serve)',
      ].join('\n');
    case 'invalid':
      return [
        `${bad('Not valid:')} ${formatCount(problems.length, 'problem')} in ${path}.`,
        describeProblems(problems),
        'Postern does not start with it, and a reload changes nothing.',
      ].join('\n');
    case 'testsFailed':
      return [
        `${bad('Not as the tests say:')} ${failed.length} of ${formatCount(tests.length, 'policy test')} failed.`,
        ...failed.map(messageOf),
        ...checked,
        'Mend the rule or the test. Postern does not start with it, and a reload changes nothing.',
      ].join('\n');
    case 'cannotTell':
      return [
        `${caution('Cannot tell')} for ${undecided.length} of ${formatCount(tests.length, 'policy test')}. ${accounts ?? ''}`.trimEnd(),
        ...undecided.map(
          ({ test }) =>
            `${test.name ?? test.recipient.address} (line ${test.place.line}) needs the accounts.`,
        ),
        ...checked,
        'Add accounts with: postern account add ADDRESS',
      ].join('\n');
    default:
      return findings.verdict satisfies never;
  }
}

function messageOf(result: PolicyTestResult): string {
  return result.passed ? '' : result.message;
}

function allPassed(count: number): string {
  return count === 1 ? 'its policy test passed' : `all ${formatCount(count, 'policy test')} passed`;
}

/** Says what was looked at, so that nobody takes it for more. */
function describeChecked(config: Config, tests: number): string {
  const files = [
    ...(config.tls.files === undefined ? [] : ['certificate and key']),
    ...(config.routing.outbound.kind === 'smtp' && config.routing.outbound.login !== undefined
      ? ['password file']
      : []),
  ];
  const parts = ['every value', ...files, ...(tests === 0 ? [] : [formatCount(tests, 'policy test')])];
  return `Checked: ${parts.join(', ')}. Not checked: whether the addresses can be bound, and whether anybody beyond your grants can relay.`;
}

function findingsJson({ verdict, path, problems, tests, undecided, idle }: Findings) {
  return {
    schema: 'postern.check/1',
    verdict,
    configuration: path,
    problems,
    idle,
    tests: tests.map((result) => ({
      ...(result.test.name === undefined ? {} : { name: result.test.name }),
      place: result.test.place,
      result: testResult(result, undecided),
      ...(result.passed ? {} : { message: result.message }),
    })),
  };
}

function testResult(result: PolicyTestResult, undecided: readonly PolicyTestResult[]): string {
  if (result.passed) return 'passed';
  return undecided.includes(result) ? 'cannotTell' : 'failed';
}
