/** `postern queue hold` and `postern queue release` */
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { ask } from '../../control.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { areIds } from './ids.ts';
import { countOf, warnUnavailable } from './words.ts';

interface Options {
  readonly json?: true;
}

export function addQueueHold(parent: PosternCommand): void {
  parent
    .command('hold')
    .argument('<ids...>', 'the messages')
    .summary('keep messages from being tried')
    .description(
      'Keeps messages in the queue without trying them until they are released. An attempt that is under way still ends. Exits 1 when a message is not in the queue.',
    )
    .addOption(jsonOption())
    .example('postern queue hold 01KB2M9Q4T7XW5YZ8M', 'one message')
    .runs((call: Call<Options>) => change(call, 'hold'));
}

export function addQueueRelease(parent: PosternCommand): void {
  parent
    .command('release')
    .argument('<ids...>', 'the messages')
    .summary('try messages that are held')
    .description(
      'Releases messages that are held, by an administrator or in quarantine, and tries them now; one that its sender wants delivered later is tried then. Exits 1 when a message is not in the queue.',
    )
    .addOption(jsonOption())
    .example('postern queue release 01KB2M9Q4T7XW5YZ8M', 'one message')
    .runs((call: Call<Options>) => change(call, 'release'));
}

async function change(call: Call<Options>, action: 'hold' | 'release'): Promise<ExitCode> {
  const { out, args, options } = call;
  if (!(await areIds(call, args))) return EXIT.usage;
  const request = { ids: [...args] };
  const asked = await ask(call, (client) =>
    action === 'hold' ? client.queueHold(request) : client.queueRelease(request),
  );
  if ('exit' in asked) return asked.exit;
  const { count, unavailable } = asked.value;
  if (options.json) out.json(asked.json);
  else if (action === 'hold') {
    out.answer(`${countOf(count, args.length)} held. Let go with: postern queue release ID`);
  } else {
    out.answer(`${countOf(count, args.length)} released. See what came of it with: postern queue list`);
  }
  warnUnavailable(out, unavailable);
  if (unavailable.length > 0) return EXIT.cannotTell;
  return count === args.length ? EXIT.yes : EXIT.no;
}
