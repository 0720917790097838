/** `postern replay`: recorded decisions, judged by another configuration. */
import { jsonOption, plainOption } from '../command.ts';
import type { PosternCommand } from '../command.ts';
import type { Options } from '../replay/run.ts';

export function addReplay(parent: PosternCommand): void {
  parent
    .command('replay')
    .summary('judge the mail of the last days by another configuration')
    .description(
      'Decides every recipient that was recorded once more, by the policy of the configuration that is named, with the facts and the time of then, and says whose mail would have been refused or let in. It is the decision of the live session, made by the same code. The recorded decisions are those in the data folder of that configuration; no daemon is needed, and nothing is changed. What a limit or a suspected gateway had refused is judged by its policy alone. Where forwarded mail goes is not recorded: `postern diff` compares that. The columns of --plain are change, effect before, effect after, rule before, rule after, clients, accounts, domains, decisions, mails, days, last, session and recipient of an example. Exits 0 when nothing would change, 1 when something would, 3 when that cannot be told.',
    )
    .option('--since <time>', 'how far back: a length of time such as 12h, or a date', '7d')
    .option('--until <time>', 'where to end; else now')
    .option('--data <folder>', 'the data folder with the history; else that of the configuration')
    .addOption(jsonOption())
    .addOption(plainOption())
    .example('postern replay --config new.yaml --since 7d', 'whom would the new policy have met?')
    .example(
      'postern replay -c /tmp/new.yaml --data /var/lib/postern --since 2026-11-20 --until 2026-11-21',
      'one day, with the history of the running Postern',
    )
    .runs<Options>(async (call) => (await import('../replay/run.ts')).runReplay(call));
}
