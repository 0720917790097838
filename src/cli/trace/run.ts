/** Running `postern trace`. */
import type { Passage } from '../../history/mod.ts';
import type { Call } from '../command.ts';
import { findDataFolder } from '../dataFolder.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { describeSpan, openHistoryOf, warnUnread } from '../history.ts';
import type { InputProblem } from '../inputProblem.ts';
import { readPast } from '../moment.ts';
import { traceJson } from './json.ts';
import type { Traced } from './json.ts';
import { nameOf } from './life.ts';
import { find, readQuery } from './query.ts';
import type { Found, Query } from './query.ts';
import { askQueue } from './queue.ts';
import { describeMail } from './mailWords.ts';
import { describeLife } from './words.ts';
import type { Context } from './words.ts';

export interface Options {
  readonly limit: number;
  readonly since?: string;
  readonly json?: true;
}

/** Whole lives that are shown, of a session with many mails or a Message-ID that was used again and again. */
const MOST_SHOWN = 50;

export async function runTrace(call: Call<Options>): Promise<ExitCode> {
  const { args, options, io, out } = call;
  const query = readQuery(args[0] ?? '');
  const since = readSince(options, query, io.clock.now());
  if (typeof since === 'object') {
    out.fail(since.error, since.remedy);
    return EXIT.usage;
  }
  const data = await findDataFolder(call);
  if (typeof data !== 'string') return data.exit;
  using history = openHistoryOf(data);
  const found = find(history, query, { limit: options.limit, since });
  const whole = await withQueue(found.whole.slice(0, MOST_SHOWN), data);
  warnUnread(history, out);
  const left = found.whole.length - whole.length;
  if (left > 0) out.warn(`${left} more like that are not shown.`);
  if (options.json) out.json(traceJson(query, whole, found.mail));
  if (isNothing(found)) {
    out.fail(`nothing is recorded of ${nounOf(query)}`, describeSpan(history, data));
    return history.problems.length > 0 ? EXIT.cannotTell : EXIT.no;
  }
  if (!options.json) out.answer(describe(call, whole, found.mail));
  return EXIT.yes;
}

/** undefined: from the beginning. */
function readSince({ since }: Options, query: Query, now: number): number | InputProblem | undefined {
  if (since === undefined) return undefined;
  if (query.kind === 'address') return readPast('--since', since, now);
  return {
    error: '--since is for the mail of an address',
    remedy: 'Leave it out: a message is found whenever it was.',
  };
}

async function withQueue(passages: readonly Passage[], data: string): Promise<readonly Traced[]> {
  const traced: Traced[] = [];
  for (const passage of passages) {
    const name = nameOf(passage);
    traced.push({ passage, queue: name === undefined ? undefined : await askQueue(data, name) });
  }
  return traced;
}

function isNothing({ whole, mail }: Found): boolean {
  return whole.length === 0 && mail.length === 0;
}

function describe(call: Call<Options>, whole: readonly Traced[], mail: readonly Passage[]): string {
  const { out, io, configFile } = call;
  const context: Context = {
    options: configFile === undefined ? [] : ['-c', configFile],
    now: io.clock.now(),
  };
  return [
    ...whole.map(({ passage, queue }) => describeLife(passage, queue, { style: out.style, context })),
    ...(mail.length === 0 ? [] : [describeMail(mail, context)]),
  ].join('\n\n');
}

function nounOf(query: Query): string {
  switch (query.kind) {
    case 'messageId':
      return `a message with the Message-ID <${query.id}>`;
    case 'message':
      return `a message ${query.id}`;
    case 'session':
      return `a session ${query.id}`;
    case 'address':
      return `${query.text}, neither as an address nor as a Message-ID`;
    default:
      return query satisfies never;
  }
}
