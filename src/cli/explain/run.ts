/** Running `postern explain`. */
import type { Call } from '../command.ts';
import { readConfig } from '../configFile.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { openMailboxes } from '../mailboxes.ts';
import { isMet, nameOf } from './expect.ts';
import type { Expectation } from './expect.ts';
import { isInputProblem } from '../inputProblem.ts';
import type { ExplainOptions } from './input.ts';
import { reportJson } from './json.ts';
import { makeReport } from './report.ts';
import type { Report } from './report.ts';
import { runExplainRecorded } from './recorded.ts';
import { describeReport } from './words.ts';

export interface Options extends Partial<ExplainOptions> {
  readonly expect?: Expectation;
  readonly session?: string;
  readonly data?: string;
  readonly json?: true;
}

export async function runExplain(call: Call<Options>): Promise<ExitCode> {
  const { args, options, io, out } = call;
  const { from, session } = options;
  if (session !== undefined) return runExplainRecorded(call, { ...options, session });
  if (options.data !== undefined) {
    out.fail(
      '--data names a history, which only --session looks into',
      'Leave it out, or give --session ID.',
    );
    return EXIT.usage;
  }
  const [recipient] = args;
  if (recipient === undefined) {
    out.fail('the recipient is missing: to whom would it be?', 'Give an address, or --session ID.');
    return EXIT.usage;
  }
  if (from === undefined) {
    out.fail(
      '--from is missing: whose mail is it?',
      'Give the IP address of the client, such as --from 203.0.113.9, or --session ID.',
    );
    return EXIT.usage;
  }
  const read = await readConfig(call);
  if ('exit' in read) return read.exit;
  using mailboxes = openMailboxes(read.config);
  const report = makeReport(
    recipient,
    { ...options, from },
    { config: read.config, mailboxes, now: io.clock.now() },
  );
  if (isInputProblem(report)) {
    out.fail(report.error, report.remedy);
    return EXIT.usage;
  }
  const { expect } = options;
  const met = expect === undefined ? undefined : isExpected(report, expect);
  if (options.json) {
    out.json({
      ...reportJson(report),
      ...(expect === undefined ? {} : { expected: expect, met: met ?? null }),
    });
  } else {
    out.answer(describeReport(report, out.style));
    if (expect !== undefined && met !== undefined) out.answer(describeExpectation(call, report, met));
  }
  return exitOf(report, met);
}

/** undefined: cannot tell. */
function isExpected(report: Report, expect: Expectation): boolean | undefined {
  if (report.kind === 'depends' || report.kind === 'noDirectory') return undefined;
  return isMet(expect, report.kind === 'decided' ? report.explanation.decision : undefined);
}

function describeExpectation({ options, out }: Call<Options>, report: Report, met: boolean): string {
  const name = nameOf(report.kind === 'decided' ? report.explanation.decision : undefined);
  return met
    ? `${out.style.good('As expected')}: ${name}.`
    : `${out.style.bad('Not as expected')}: it must be ${String(options.expect)}, but is ${name}.`;
}

function exitOf(report: Report, met: boolean | undefined): ExitCode {
  if (report.kind === 'depends' || report.kind === 'noDirectory') return EXIT.cannotTell;
  if (met !== undefined) return met ? EXIT.yes : EXIT.no;
  const accepted = report.kind === 'decided' && report.explanation.decision.verdict === 'accepted';
  return accepted ? EXIT.yes : EXIT.no;
}
