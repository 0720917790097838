/** `postern queue delete` */
import { InvalidArgumentError, Option } from 'commander';
import type { DeleteRequest } from '../../../api/mod.ts';
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { ask } from '../../control.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { formatCount } from '../../quantity.ts';
import { areIds } from './ids.ts';
import { countOf, warnUnavailable } from './words.ts';

interface Options {
  readonly all?: true;
  readonly confirm?: number;
  readonly reason: string;
  readonly json?: true;
}

export function addQueueDelete(parent: PosternCommand): void {
  parent
    .command('delete')
    .argument('[ids...]', 'the messages')
    .summary('delete messages for good')
    .description(
      'Deletes messages that were accepted and are not delivered. Nobody is told, neither sender nor recipient. With --all every message is deleted, if there are exactly as many as --confirm says; what comes in meanwhile is kept. Exits 1 when nothing, or less than was named, was deleted.',
    )
    .option('--all', 'every message in the queue')
    .addOption(new Option('--confirm <count>', 'with --all: how many messages that is').argParser(parseCount))
    .option('--reason <text>', 'for the log', 'by an administrator')
    .addOption(jsonOption())
    .example('postern queue delete 01KB2M9Q4T7XW5YZ8M', 'one message')
    .example('postern queue delete --all --confirm=1204', 'all 1,204 of them')
    .runs(runQueueDelete);
}

function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give the number of messages.');
}

async function runQueueDelete(call: Call<Options>): Promise<ExitCode> {
  const { out, options } = call;
  const request = await requestOf(call);
  if ('exit' in request) return request.exit;
  const asked = await ask(call, (client) => client.queueDelete(request));
  if ('exit' in asked) return asked.exit;
  const { count, unavailable } = asked.value;
  const named = request.ids === 'all' ? undefined : request.ids.length;
  if (options.json) out.json(asked.json);
  else out.answer(`Deleted ${countOf(count, named)}.`);
  warnUnavailable(out, unavailable);
  if (unavailable.length > 0) return EXIT.cannotTell;
  return named === undefined || named === count ? EXIT.yes : EXIT.no;
}

/** What to delete, or the exit code when that is not said clearly enough. */
async function requestOf(call: Call<Options>): Promise<DeleteRequest | { readonly exit: ExitCode }> {
  const { out, args, options } = call;
  const { all, confirm, reason } = options;
  if ((all === true) === args.length > 0) {
    out.fail('name the messages to delete, or give --all', 'See the ids with: postern queue list');
    return { exit: EXIT.usage };
  }
  if (!all) {
    if (confirm === undefined) {
      return (await areIds(call, args)) ? { ids: [...args], reason } : { exit: EXIT.usage };
    }
    out.fail('--confirm belongs to --all', 'Leave it out: the messages are named.');
    return { exit: EXIT.usage };
  }
  if (confirm !== undefined) return { ids: 'all', count: confirm, reason };
  const asked = await ask(call, (client) => client.queueStats());
  if ('exit' in asked) return asked;
  const { messages } = asked.value.total;
  out.fail(
    `this would delete ${formatCount(messages, 'message')} for good, without telling anybody`,
    `If you mean that: postern queue delete --all --confirm=${messages}`,
  );
  return { exit: EXIT.usage };
}
