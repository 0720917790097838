/** Running `postern audit`. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AUDIT_LIMITS, openSink, runAudit } from '../../audit/mod.ts';
import type { AuditReport, AuditRequest, Sink } from '../../audit/mod.ts';
import { errorText, formatHost } from '../../std/mod.ts';
import type { Call } from '../command.ts';
import { choosePassword } from '../commands/account/password.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { isInputProblem, readInput } from './input.ts';
import type { AuditOptions, Input } from './input.ts';
import { auditJson } from './json.ts';
import { auditJunit } from './junit.ts';
import { permit } from './permission.ts';
import type { Permitted } from './permission.ts';
import { createProgress } from './progress.ts';
import { describeAudit } from './report.ts';

export interface Options extends AuditOptions {
  readonly junit?: string;
  readonly json?: true;
}

/** Commands a second to a server on another machine, unless something else is said. */
const DEFAULT_RATE = 5;

/** What a report is about, for the reader. */
export interface Subject {
  /** As typed. */
  readonly target: string;
  /** The address and port that were audited. */
  readonly address: string;
  /** Other addresses of the same name, which were not. */
  readonly others: readonly string[];
  readonly from: string | undefined;
}

export async function runAuditCommand(call: Call<Options>): Promise<ExitCode> {
  const { args, options, out } = call;
  const host = args[0] ?? '';
  const input = readInput(host, options);
  if (isInputProblem(input)) return fail(call, input);
  const permitted = await permit(input.target, {
    from: input.from,
    claimed: options.iRunThisServer === true,
  });
  if ('unknown' in permitted) {
    out.fail(
      `${input.target.host} is not known: ${permitted.unknown}`,
      'Check the name, or give the address.',
    );
    return EXIT.cannotTell;
  }
  if (isInputProblem(permitted)) return fail(call, permitted);
  const password = options.account === undefined ? undefined : await choosePassword(call);
  if (password !== undefined && 'exit' in password) return password.exit;
  const sink = input.sink === undefined ? undefined : await openSink(input.sink);
  if (sink !== undefined && 'problem' in sink)
    return fail(call, {
      error: `--sink: cannot listen at ${formatHost({ host: input.sink?.address ?? '', port: input.sink?.port ?? 0 })}: ${sink.problem}`,
      remedy: 'Name a free port of this machine.',
    });
  await using listening = sink;
  const request = requestOf(input, permitted, listening);
  const account =
    options.account === undefined || password === undefined
      ? undefined
      : { user: options.account, password: password.password };
  const report = await audit(call, { ...request, account });
  if (report.interrupted) return interrupted(call, report);
  return tell(call, report, {
    target: host,
    address: formatHost({ host: permitted.address, port: input.target.port }),
    others: permitted.others,
    from: input.from,
  });
}

function fail({ out }: Call<unknown>, { error, remedy }: { error: string; remedy: string }): ExitCode {
  out.fail(error, remedy);
  return EXIT.usage;
}

function requestOf(input: Input, { address, loopback }: Permitted, sink: Sink | undefined): AuditRequest {
  const { target, from, implicitTls, given, ways, waitMs, replyMs, totalMs, rate } = input;
  return {
    destination: { address, port: target.port, name: target.host, from, implicitTls },
    given,
    ways,
    sink,
    sinkWaitMs: waitMs,
    limits: {
      ...AUDIT_LIMITS,
      connectMs: Math.min(AUDIT_LIMITS.connectMs, replyMs),
      replyMs,
      totalMs,
      commandsPerSecond: rate ?? (loopback ? undefined : DEFAULT_RATE),
    },
  };
}

/** The audit itself; Ctrl-C ends it. */
async function audit({ io, args }: Call<Options>, request: AuditRequest): Promise<AuditReport> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const progress = createProgress(io, `Auditing ${args[0] ?? ''}`);
  process.on('SIGINT', stop);
  try {
    return await runAudit(request, {
      clock: io.clock,
      signal: controller.signal,
      run: randomBytes(8).toString('hex'),
      progress: (done, total) => progress.at(done, total),
    });
  } finally {
    process.off('SIGINT', stop);
    progress.end();
  }
}

function interrupted({ out }: Call<Options>, { results }: AuditReport): ExitCode {
  const found = results.filter(({ verdict }) => verdict === 'relays' || verdict === 'accepts').length;
  out.note(
    `Interrupted after ${results.length} probes; ${found} of them were accepted. Nothing is left running.`,
  );
  return EXIT.interrupted;
}

async function tell(call: Call<Options>, report: AuditReport, subject: Subject): Promise<ExitCode> {
  const { options, out, io } = call;
  if (options.json) out.json(auditJson(report, subject));
  else out.answer(describeAudit(report, subject, out.style));
  if (options.junit !== undefined) {
    const path = resolve(io.cwd, options.junit);
    try {
      await writeFile(path, auditJunit(report, subject));
    } catch (error) {
      out.fail(
        `--junit: cannot write ${options.junit}: ${errorText(error)}`,
        'The answer above stands; name another file.',
      );
      return EXIT.usage;
    }
  }
  return exitOf(report);
}

function exitOf({ verdict, account }: AuditReport): ExitCode {
  switch (verdict) {
    case 'relays':
    case 'accepts':
      return EXIT.no;
    case 'cannotTell':
    case 'unreachable':
      return EXIT.cannotTell;
    case 'closed':
      // What was asked about the account has no answer.
      return account !== undefined && !account.signedIn ? EXIT.cannotTell : EXIT.yes;
    default:
      return verdict satisfies never;
  }
}
