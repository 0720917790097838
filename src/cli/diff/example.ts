/** The command that shows the decision on one of the facts that are decided otherwise. */
import { isEverything } from '../../check/mod.ts';
import type { Change } from '../../proof/mod.ts';
import { commandLine } from '../shell.ts';
import type { About } from './run.ts';

export function exampleCommand({ example, region }: Change, { paths, now }: About): string {
  const { client, localAddress, account, sender, recipient, at } = example;
  const anySender = region.senders.fits === 'everything' && region.senders.except.length === 0;
  return commandLine([
    'postern',
    'explain',
    '-c',
    paths.after,
    '--from',
    client.text,
    ...(isEverything(region.localAddresses) ? [] : ['--to-address', localAddress.text]),
    ...(account === undefined ? [] : ['--account', account]),
    ...(anySender ? [] : ['--sender', sender === null ? '<>' : sender.address]),
    ...(at > now ? ['--at', new Date(at).toISOString()] : []),
    recipient.address,
  ]);
}
