/** `postern reload`: puts the configuration file in force without losing a connection. */
import type { Reload } from '../../api/mod.ts';
import { jsonOption } from '../command.ts';
import type { Call, PosternCommand } from '../command.ts';
import { ask } from '../control.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { markOf } from '../marks.ts';
import { formatCount } from '../quantity.ts';

interface Options {
  readonly json?: true;
}

export function addReload(parent: PosternCommand): void {
  parent
    .command('reload')
    .summary('put the configuration file in force')
    .description(
      'Lets the running daemon read its configuration file again. The file passes the same gate as `postern check` first: validation, policy tests, proof, findings; with a problem nothing is changed. No connection is lost. Says what the reload changed, as `postern diff` does. Exits 0 when the file is in force, 1 when it was refused, 4 when there is no daemon.',
    )
    .addOption(jsonOption())
    .example('postern check && postern reload', 'look first, then put it in force')
    .runs(runReload);
}

async function runReload(call: Call<Options>): Promise<ExitCode> {
  const asked = await ask(call, (client) => client.reload());
  if ('exit' in asked) return asked.exit;
  const reload = asked.value;
  if (call.options.json) call.out.json(asked.json);
  else call.out.answer(await describeReload(call, reload));
  return reload.ok ? EXIT.yes : EXIT.no;
}

async function describeReload({ out }: Call<Options>, reload: Reload): Promise<string> {
  const { printable } = await import('../printable.ts');
  if (reload.ok) {
    return [
      `${out.style.good('Reloaded.')} ${printable(reload.summary)}`,
      ...reload.warnings.map((warning) => `${out.style.caution('warning:')} ${printable(warning)}`),
      ...reload.changes.map(({ kind, text }) => `${markOf(kind, out.style)} ${printable(text)}`),
      ...reload.rest.map(printable),
    ].join('\n');
  }
  const { describeProblems } = await import('../problems.ts');
  return [
    `${out.style.bad('Not reloaded:')} ${formatCount(reload.problems.length, 'problem')} in the configuration.`,
    describeProblems(reload.problems),
    'Nothing was changed; the old configuration is still in force. Look again with: postern check',
  ].join('\n');
}
