/** Running `postern check`. */
import { examine, readHostFacts, verdictOf, whoCanRelay, REACH_COLUMNS } from '../../check/mod.ts';
import type { Examination, Verdict as ExaminationVerdict } from '../../check/mod.ts';
import { loadConfig } from '../../config/mod.ts';
import type { Config, ConfigProblem } from '../../config/mod.ts';
import type { Call } from '../command.ts';
import { locateConfig } from '../configFile.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { openMailboxes } from '../mailboxes.ts';
import { describeProblems } from '../problems.ts';
import { formatCount } from '../quantity.ts';
import { checkJson } from './json.ts';
import { describeChecked } from './words.ts';

export interface Options {
  readonly elsewhere?: true;
  readonly json?: true;
  readonly plain?: true;
}

export type Verdict = 'invalid' | ExaminationVerdict;

/** What was found; without a configuration there is nothing but its problems. */
export type Checked = { readonly path: string } & (
  | { readonly verdict: 'invalid'; readonly problems: readonly ConfigProblem[] }
  | {
      readonly verdict: ExaminationVerdict;
      readonly config: Config;
      readonly examination: Examination;
      /** Why the accounts cannot be read. */
      readonly accounts: string | undefined;
    }
);

const EXITS: Record<Verdict, ExitCode> = {
  proved: EXIT.yes,
  notProved: EXIT.no,
  testsFailed: EXIT.no,
  errors: EXIT.no,
  invalid: EXIT.usage,
  cannotTell: EXIT.cannotTell,
};

export async function runCheck(call: Call<Options>): Promise<ExitCode> {
  const path = await locateConfig(call);
  if (path === undefined) return EXIT.usage;
  const checked = await lookAt(path, call);
  if (call.options.json) call.out.json(checkJson(checked));
  else if (call.options.plain) tellPlain(checked, call);
  else call.out.answer(describeChecked(checked, call.out.style));
  return EXITS[checked.verdict];
}

async function lookAt(path: string, { io, options }: Call<Options>): Promise<Checked> {
  const loaded = await loadConfig(path);
  if ('problems' in loaded) return { path, verdict: 'invalid', problems: loaded.problems };
  const { config } = loaded;
  using mailboxes = openMailboxes(config);
  const examination = examine(config, {
    now: io.clock.now(),
    host: options.elsewhere ? undefined : readHostFacts(),
    lookup: (mailbox) => mailboxes.lookup(mailbox),
  });
  return { path, verdict: verdictOf(examination), config, examination, accounts: mailboxes.problem };
}

/** The table alone, for scripts; the verdict is the exit code. */
function tellPlain(checked: Checked, { out }: Call<Options>): void {
  if (checked.verdict === 'invalid') {
    out.fail(`${formatCount(checked.problems.length, 'problem')} in the configuration`);
    out.note(describeProblems(checked.problems));
    return;
  }
  const rows = whoCanRelay(checked.examination.proof, { items: Number.POSITIVE_INFINITY });
  out.plain(rows.map((row) => REACH_COLUMNS.map((column) => row[column])));
}
