/** `postern queue stats` */
import type { QueueTotals } from '../../../api/mod.ts';
import { jsonOption, plainOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { ask } from '../../control.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { formatSize, formatSpan } from '../../quantity.ts';
import { formatTable } from '../../table.ts';
import { warnUnavailable } from './words.ts';

interface Options {
  readonly json?: true;
  readonly plain?: true;
}

export function addQueueStats(parent: PosternCommand): void {
  parent
    .command('stats')
    .summary('show how much is in the queue')
    .description(
      'Counts messages, recipients and octets, for each worker and in all. The columns of --plain are worker, messages, recipients, held recipients, octets, arrival of the oldest.',
    )
    .addOption(jsonOption())
    .addOption(plainOption())
    .example('postern queue stats', 'the totals')
    .runs(runQueueStats);
}

async function runQueueStats(call: Call<Options>): Promise<ExitCode> {
  const { out, options, io } = call;
  const asked = await ask(call, (client) => client.queueStats());
  if ('exit' in asked) return asked.exit;
  const { total, workers, unavailable } = asked.value;
  const lines: [string, QueueTotals][] = [
    ...workers.map((worker): [string, QueueTotals] => [worker.name, worker]),
    ['in all', total],
  ];
  if (options.json) out.json(asked.json);
  else if (options.plain) out.plain(workers.map((worker) => plainRow(worker.name, worker)));
  else {
    const now = io.clock.now();
    const head = ['WORKER', 'MESSAGES', 'RECIPIENTS', 'HELD', 'SIZE', 'OLDEST'];
    out.answer(
      formatTable(
        head,
        lines.map(([name, totals]) => row(name, totals, now)),
      ),
    );
  }
  warnUnavailable(out, unavailable);
  return unavailable.length === 0 ? EXIT.yes : EXIT.cannotTell;
}

function row(
  name: string,
  { messages, recipients, held, bytes, oldest }: QueueTotals,
  now: number,
): string[] {
  const age = oldest === null ? '-' : formatSpan(now - oldest);
  return [name, String(messages), String(recipients), String(held), formatSize(bytes), age];
}

function plainRow(name: string, { messages, recipients, held, bytes, oldest }: QueueTotals): string[] {
  const arrival = oldest === null ? '' : new Date(oldest).toISOString();
  return [name, String(messages), String(recipients), String(held), String(bytes), arrival];
}
