/** `postern queue list` */
import { InvalidArgumentError, Option } from 'commander';
import type { QueueList, QueuedMessage } from '../../../api/mod.ts';
import { jsonOption, plainOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { ask } from '../../control.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { formatCount, formatSize, formatSpan } from '../../quantity.ts';
import { formatTable } from '../../table.ts';
import { areIds } from './ids.ts';
import { nextTry, senderOf, warnUnavailable } from './words.ts';

interface Options {
  readonly address?: string;
  readonly held?: true;
  readonly limit: number;
  readonly after?: string;
  readonly json?: true;
  readonly plain?: true;
}

export function addQueueList(parent: PosternCommand): void {
  parent
    .command('list')
    .summary('list the queued messages')
    .description(
      'Lists the messages that are not delivered yet, oldest first, a line for each recipient that is left. The columns of --plain are id, arrival, octets, sender, recipient, attempts, next attempt, held, last reply.',
    )
    .option('--address <text>', 'only messages whose sender or a recipient contains the text')
    .option('--held', 'only messages with a recipient that is held')
    .addOption(new Option('--limit <number>', 'at most so many messages').argParser(parseLimit).default(100))
    .option('--after <id>', 'only messages after this one')
    .addOption(jsonOption())
    .addOption(plainOption())
    .example('postern queue list', 'the 100 oldest messages')
    .example(
      'postern queue list --address @partner.example',
      'what waits for partner.example, or comes from there',
    )
    .runs(runQueueList);
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new InvalidArgumentError('Give a number from 1 to 1000.');
}

async function runQueueList(call: Call<Options>): Promise<ExitCode> {
  const { address, held, limit, after, json, plain } = call.options;
  if (after !== undefined && !(await areIds(call, [after]))) return EXIT.usage;
  const asked = await ask(call, (client) =>
    client.queueList({
      limit,
      ...(address === undefined ? {} : { address }),
      ...(held === undefined ? {} : { held }),
      ...(after === undefined ? {} : { after }),
    }),
  );
  if ('exit' in asked) return asked.exit;
  const list = asked.value;
  if (json) call.out.json(asked.json);
  else if (plain) call.out.plain(list.messages.flatMap(plainRows));
  else call.out.answer(describeList(list, call));
  warnUnavailable(call.out, list.unavailable);
  return list.unavailable.length === 0 ? EXIT.yes : EXIT.cannotTell;
}

function plainRows(message: QueuedMessage): string[][] {
  return message.recipients.map((recipient) => [
    message.id,
    new Date(message.received).toISOString(),
    String(message.size),
    senderOf(message),
    recipient.address,
    String(recipient.attempts),
    new Date(recipient.nextAttempt).toISOString(),
    recipient.held ? 'held' : '',
    recipient.lastReply,
  ]);
}

function describeList({ messages, more }: QueueList, { options, io }: Call<Options>): string {
  const filtered = options.address !== undefined || options.held !== undefined || options.after !== undefined;
  if (messages.length === 0) return filtered ? 'No queued message is like that.' : 'The queue is empty.';
  const now = io.clock.now();
  const rows = messages.flatMap((message) => describeMessage(message, now));
  const table = formatTable(['ID', 'AGE', 'SIZE', 'SENDER', 'RECIPIENT', 'NEXT TRY', 'LAST REPLY'], rows);
  const last = messages.at(-1)?.id ?? '';
  const shown = formatCount(messages.length, 'message');
  const end = more ? `${shown} shown; there are more: postern queue list --after ${last}` : `${shown}.`;
  return `${table}\n\n${end}`;
}

/** Why nothing was tried yet. */
function untried({ holdUntil }: QueuedMessage, now: number): string {
  return holdUntil !== null && holdUntil > now ? 'sent for later' : 'not tried yet';
}

/** A row for each recipient; what belongs to the message stands in the first only. */
function describeMessage(message: QueuedMessage, now: number): string[][] {
  return message.recipients.map((recipient, index) => [
    ...(index === 0
      ? [message.id, formatSpan(now - message.received), formatSize(message.size), senderOf(message)]
      : ['', '', '', '']),
    recipient.address,
    nextTry(recipient, now),
    recipient.lastReply === '' ? untried(message, now) : recipient.lastReply,
  ]);
}
