/** `postern explain --session ID`: what was decided in a session, explained with the policy of now. */
import { resolve } from 'node:path';
import { policySource } from '../../config/mod.ts';
import { createJudge } from '../../history/mod.ts';
import type { DecisionRecord, HistoryReader, Judgement } from '../../history/mod.ts';
import { foldAscii } from '../../mail/mod.ts';
import { compilePolicy, explain } from '../../policy/mod.ts';
import type { Explanation, Policy } from '../../policy/mod.ts';
import type { Call } from '../command.ts';
import { readConfig } from '../configFile.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { describeSpan, openHistoryOf, warnUnread } from '../history.ts';
import { openMailboxes } from '../mailboxes.ts';
import { isMet } from './expect.ts';
import type { Expectation } from './expect.ts';
import { describeRecorded, recordedJson } from './recordedWords.ts';

/** A recorded decision, and what the policy of now makes of it. */
export type Recorded =
  | {
      readonly kind: 'explained';
      readonly record: DecisionRecord;
      readonly judgement: Extract<Judgement, { kind: 'judged' }>;
      readonly explanation: Explanation;
    }
  | {
      readonly kind: 'cannotTell';
      readonly record: DecisionRecord;
      readonly judgement: Extract<Judgement, { kind: 'cannotTell' }>;
      /** Why the accounts cannot be read; undefined: they can. */
      readonly accounts: string | undefined;
    };

export interface RecordedOptions {
  readonly session: string;
  readonly data?: string;
  readonly expect?: Expectation;
  readonly json?: true;
}

export async function runExplainRecorded(call: Call<unknown>, options: RecordedOptions): Promise<ExitCode> {
  const read = await readConfig(call);
  if ('exit' in read) return read.exit;
  const { io, out } = call;
  const data = options.data === undefined ? read.config.data : resolve(io.cwd, options.data);
  using history = openHistoryOf(data);
  using mailboxes = openMailboxes({ ...read.config, data });
  const session = bare(options.session);
  const records = recordsOf(history, session, call.args[0]);
  warnUnread(history, out);
  if (typeof records === 'string') {
    out.fail(records, describeSpan(history, data));
    return EXIT.cannotTell;
  }
  const policy = compilePolicy(policySource(read.config));
  const judge = createJudge(policy, (mailbox) => mailboxes.lookup(mailbox));
  const all = records.map((record) =>
    explainRecord(record, judge(record), { policy, accounts: mailboxes.problem }),
  );
  if (options.json) out.json(recordedJson(session, all));
  else out.answer(all.map((one) => describeRecorded(one, out.style)).join('\n\n'));
  return exitOf(all, options.expect);
}

/** As a refusal writes it, in brackets, or without. */
function bare(session: string): string {
  return session.startsWith('[') && session.endsWith(']') ? session.slice(1, -1) : session;
}

/** The decisions of a session, or why there are none. */
function recordsOf(
  history: HistoryReader,
  session: string,
  recipient: string | undefined,
): readonly DecisionRecord[] | string {
  const all = history.bySession(session).flatMap(({ decisions }) => decisions);
  if (all.length === 0) return `cannot tell: no decision of a session ${session} is recorded`;
  if (recipient === undefined) return all;
  const wanted = foldAscii(recipient.replace(/^<(.*)>$/, '$1'));
  const some = all.filter(
    (record) => foldAscii(record.recipient) === wanted || foldAscii(record.address) === wanted,
  );
  if (some.length > 0) return some;
  const recipients = [...new Set(all.map((record) => record.recipient))].slice(0, 5).join(', ');
  return `cannot tell: session ${session} had no recipient ${recipient}, but ${recipients}`;
}

function explainRecord(
  record: DecisionRecord,
  judgement: Judgement,
  { policy, accounts }: { readonly policy: Policy; readonly accounts: string | undefined },
): Recorded {
  if (judgement.kind === 'cannotTell') return { kind: 'cannotTell', record, judgement, accounts };
  return { kind: 'explained', record, judgement, explanation: explain(judgement.decision.facts, policy) };
}

/** Of several decisions the least favourable counts. */
function exitOf(all: readonly Recorded[], expect: Expectation | undefined): ExitCode {
  const isGood = (one: Recorded): boolean =>
    one.kind === 'explained' && isMet(expect ?? 'accepted', one.explanation.decision);
  if (all.every(isGood)) return EXIT.yes;
  return all.some((one) => one.kind === 'explained' && !isGood(one)) ? EXIT.no : EXIT.cannotTell;
}
