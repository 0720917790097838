/** `postern trace`: what became of a message, or of the mail of an address. */
import { InvalidArgumentError, Option } from 'commander';
import { jsonOption } from '../command.ts';
import type { PosternCommand } from '../command.ts';
import type { Options } from '../trace/run.ts';

const MOST = 1000;

export function addTrace(parent: PosternCommand): void {
  parent
    .command('trace')
    .argument('<what>', 'a Message-ID, a message’s name in the queue, an address, or a session')
    .summary('show what became of a message')
    .description(
      'Shows the life of a message from the connection to the last attempt at delivering it: who sent it, each decision with its rule and reply, and what each server said. <…@…> in angle brackets is a Message-ID; without, it is looked for as a Message-ID and as an address. Of an address the latest mails and refusals are listed. A session is what a refusal ends in, [ID]. It reads the history, with or without a daemon; one that runs is asked what is still in the queue. Exits 0 when something was found, 1 when nothing was, 3 when nothing was and a part of the history cannot be read.',
    )
    .addOption(
      new Option('--limit <number>', 'of an address: at most so many mails')
        .argParser(parseLimit)
        .default(20),
    )
    .option('--since <time>', 'of an address: how far back, a length of time such as 12h, or a date')
    .addOption(jsonOption())
    .example("postern trace '<20261124.1152@client.example>'", 'a message that somebody asks about')
    .example('postern trace 01KB2M9Q4T7XW5YZ8M', 'by the name in the reply to its DATA')
    .example('postern trace alice@contoso.example --since 2d', 'what came from her and to her')
    .runs<Options>(async (call) => (await import('../trace/run.ts')).runTrace(call));
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new InvalidArgumentError(`Give a number from 1 to ${MOST}.`);
}
