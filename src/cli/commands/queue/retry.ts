/** `postern queue retry` */
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { ask } from '../../control.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { areIds } from './ids.ts';
import { countOf, warnUnavailable } from './words.ts';

interface Options {
  readonly all?: true;
  readonly json?: true;
}

export function addQueueRetry(parent: PosternCommand): void {
  parent
    .command('retry')
    .argument('[ids...]', 'the messages')
    .summary('try to deliver messages now')
    .description(
      'Tries messages again as soon as possible instead of at their time. Recipients that are held stay held. Exits 1 when a message is not in the queue.',
    )
    .option('--all', 'every message')
    .addOption(jsonOption())
    .example('postern queue retry 01KB2M9Q4T7XW5YZ8M', 'one message')
    .example('postern queue retry --all', 'everything, for example when a next hop is back')
    .runs(runQueueRetry);
}

async function runQueueRetry(call: Call<Options>): Promise<ExitCode> {
  const { out, args, options } = call;
  if ((options.all === true) === args.length > 0) {
    out.fail('name the messages to try, or give --all', 'See the ids with: postern queue list');
    return EXIT.usage;
  }
  if (!(await areIds(call, args))) return EXIT.usage;
  const ids = options.all ? ('all' as const) : [...args];
  const asked = await ask(call, (client) => client.queueRetry({ ids }));
  if ('exit' in asked) return asked.exit;
  const { count, unavailable } = asked.value;
  const named = ids === 'all' ? undefined : ids.length;
  if (options.json) out.json(asked.json);
  else out.answer(`${countOf(count, named)} due now. See what came of it with: postern queue list`);
  warnUnavailable(out, unavailable);
  if (unavailable.length > 0) return EXIT.cannotTell;
  return named === undefined || named === count ? EXIT.yes : EXIT.no;
}
