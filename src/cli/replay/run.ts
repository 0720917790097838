/** Running `postern replay`. */
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { policySource } from '../../config/mod.ts';
import { createReplay } from '../../history/mod.ts';
import type { HistoryReader, Period, Replay, Replayed } from '../../history/mod.ts';
import { compilePolicy } from '../../policy/mod.ts';
import type { Call } from '../command.ts';
import { readConfig } from '../configFile.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { describeSpan, openHistoryOf, warnUnread } from '../history.ts';
import { isInputProblem } from '../inputProblem.ts';
import type { InputProblem } from '../inputProblem.ts';
import { watchInterrupt } from '../interrupt.ts';
import { openMailboxes } from '../mailboxes.ts';
import { readPast } from '../moment.ts';
import { createProgress } from '../progress.ts';
import { replayJson, replayRows } from './json.ts';
import { verdictOf } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { describeReplayed } from './words.ts';
import type { Context } from './words.ts';

export interface Options {
  readonly since: string;
  readonly until?: string;
  readonly data?: string;
  readonly json?: true;
  readonly plain?: true;
}

export async function runReplay(call: Call<Options>): Promise<ExitCode> {
  const { options, io, out } = call;
  const now = io.clock.now();
  const period = readPeriod(options, now);
  if (isInputProblem(period)) {
    out.fail(period.error, period.remedy);
    return EXIT.usage;
  }
  const read = await readConfig(call);
  if ('exit' in read) return read.exit;
  const data = options.data === undefined ? read.config.data : resolve(io.cwd, options.data);
  const config = { ...read.config, data };
  using history = openHistoryOf(data);
  using mailboxes = openMailboxes(config);
  const replay = createReplay(compilePolicy(policySource(config)), {
    lookup: (mailbox) => mailboxes.lookup(mailbox),
    until: period.until,
  });
  const total = history.count(period);
  if ((await replayAll(replay, { history, period, total, call })) === 'interrupted') {
    out.note('Stopped; nothing was changed.');
    return EXIT.interrupted;
  }
  warnUnread(history, out);
  const result = replay.result();
  if (result.total === 0) return tellEmpty(call, history, data);
  answer(call, result, {
    period,
    span: history.span(),
    path: read.path,
    config: call.configFile,
    data: options.data,
    accounts: mailboxes.problem,
    unread: history.problems,
    now,
  });
  return EXITS[verdictOf(result, history.problems)];
}

function readPeriod({ since, until }: Options, now: number): Period | InputProblem {
  const from = readPast('--since', since, now);
  if (typeof from === 'object') return from;
  const to = until === undefined ? now : readPast('--until', until, now);
  if (typeof to === 'object') return to;
  if (from < to) return { since: from, until: to };
  return {
    error: '--since: it is not before --until',
    remedy: 'Give the earlier moment with --since, the later one with --until.',
  };
}

interface Work {
  readonly history: HistoryReader;
  readonly period: Period;
  readonly total: number;
  readonly call: Call<Options>;
}

/** Adds all decisions of the period, and lets the event loop turn in between so that Ctrl-C is seen. */
async function replayAll(
  replay: Replay,
  { history, period, total, call }: Work,
): Promise<'done' | 'interrupted'> {
  const begun = performance.now();
  using interrupt = watchInterrupt();
  using progress = createProgress(call.io.stderr, 'Replaying', () => performance.now() - begun);
  let done = 0;
  for (const page of history.pages(period)) {
    replay.add(page);
    done += page.cases.length;
    progress.at(done, Math.max(done, total));
    await setImmediate();
    if (interrupt.hit) return 'interrupted';
  }
  return 'done';
}

function tellEmpty({ out, options }: Call<Options>, history: HistoryReader, data: string): ExitCode {
  const span = history.span();
  const unread = span === undefined && history.problems.length > 0;
  const none = unread
    ? 'the history cannot be read'
    : `no decision was recorded in that time. ${describeSpan(history, data)}`;
  if (options.json) out.json({ schema: 'postern.replay/1', verdict: 'cannotTell', total: 0, recorded: null });
  const other = 'Name the data folder of the running Postern with --data FOLDER';
  const remedy = unread
    ? `${other}, and run the command as its user.`
    : span === undefined
      ? `${other}.`
      : 'Go further back with --since.';
  out.fail(`cannot tell: ${none}`, remedy);
  return EXIT.cannotTell;
}

function answer({ out, options }: Call<Options>, result: Replayed, context: Context): void {
  if (options.json) out.json(replayJson(result, context));
  else if (options.plain) out.plain(replayRows(result));
  else out.answer(describeReplayed(result, context, out.style));
}

const EXITS: Record<Verdict, ExitCode> = { same: EXIT.yes, different: EXIT.no, cannotTell: EXIT.cannotTell };
