/** `postern queue show ID` */
import type { QueuedMessage, QueuedRecipient } from '../../../api/mod.ts';
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { ask } from '../../control.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { printable } from '../../printable.ts';
import { formatCount, formatMoment, formatSize, formatSpan } from '../../quantity.ts';
import { nextTry, senderOf } from './words.ts';

interface Options {
  readonly json?: true;
}

export function addQueueShow(parent: PosternCommand): void {
  parent
    .command('show')
    .argument('<id>', 'the message')
    .summary('show one queued message')
    .description(
      'Shows where a message came from, by which rule each recipient was accepted, and what the last attempt to deliver it got. The content is not shown.',
    )
    .addOption(jsonOption())
    .example('postern queue show 01KB2M9Q4T7XW5YZ8M', 'an id from the list, a log line or a reply')
    .runs(runQueueShow);
}

async function runQueueShow(call: Call<Options>): Promise<ExitCode> {
  const [id = ''] = call.args;
  const asked = await ask(call, (client) => client.queueShow(id));
  if ('exit' in asked) return asked.exit;
  if (call.options.json) call.out.json(asked.json);
  else call.out.answer(describe(asked.value.message, call.io.clock.now()));
  return EXIT.yes;
}

function describe(message: QueuedMessage, now: number): string {
  const { client, listener, account, helo } = message.origin;
  const signedIn = account === null ? 'not signed in' : `signed in as ${account}`;
  const from =
    client === 'local' ? 'Written by Postern itself' : `From ${client} (${helo}) on ${listener}, ${signedIn}`;
  return [
    `Message ${message.id} waits for ${formatCount(message.recipients.length, 'recipient')}.`,
    printable(`Sender ${senderOf(message)}, as claimed; ${formatSize(message.size)}.`),
    printable(`${from}.`),
    `Received ${formatMoment(message.received)}, ${formatSpan(now - message.received)} ago; in the spool of ${message.worker}.`,
    ...forLater(message, now),
    ...message.recipients.flatMap((recipient) => ['', ...describeRecipient(recipient, now)]),
    '',
    message.recipients.some(({ held }) => held)
      ? `Let it go with: postern queue release ${message.id}`
      : `Try it again now with: postern queue retry ${message.id}`,
  ].join('\n');
}

/** FUTURERELEASE (RFC 4865). */
function forLater({ holdUntil }: QueuedMessage, now: number): string[] {
  if (holdUntil === null || holdUntil <= now) return [];
  return [
    `Its sender wants it delivered from ${formatMoment(holdUntil)} on, in ${formatSpan(holdUntil - now)}.`,
  ];
}

function describeRecipient(recipient: QueuedRecipient, now: number): string[] {
  const { address, original, by, attempts, lastReply } = recipient;
  const rewritten = original === address ? '' : ` (given as ${original})`;
  const tried = attempts === 0 ? 'not tried yet' : `tried ${attempts === 1 ? 'once' : `${attempts} times`}`;
  const lines = [
    `${address}${rewritten}`,
    `  accepted by ${by}; ${tried}; next try: ${nextTry(recipient, now)}`,
  ];
  if (lastReply !== '') lines.push(`  last reply: ${lastReply}`);
  return lines.map(printable);
}
