/** `postern explain`: the decision on one recipient, and why. */
import { Option } from 'commander';
import { jsonOption } from '../command.ts';
import type { PosternCommand } from '../command.ts';
import { EXPECTATIONS } from '../explain/expect.ts';
import type { Options } from '../explain/run.ts';

/** Facts that a recorded session has already. */
const OTHER_FACTS = ['from', 'toAddress', 'listener', 'account', 'sender', 'at'];

export function addExplain(parent: PosternCommand): void {
  parent
    .command('explain')
    .argument('[recipient]', 'the address in RCPT TO; with --session all of the session unless given')
    .summary('explain who may send to a recipient, and why')
    .description(
      'Shows what the server decides when a client sends to the recipient: step by step, with the rule and its place in the configuration. It is the decision of the live session, made by the same code; no daemon is needed. With --session the facts are those that were recorded of a session of the last days, by the name in brackets that its refusals end in, and what was decided then is told when it differs. Exits 0 when accepted, 1 when refused, 3 when a fact is missing; with --expect 0 when the verdict is the expected one, else 1.',
    )
    .option('--from <address>', 'the IP address of the client; required without --session')
    .option('--to-address <address>', 'the address of ours that it connected to')
    .option('--listener <name>', 'the listener that it connected to')
    .option('--account <login>', 'signed in as this account; else not signed in')
    .option('--sender <address>', 'the claimed sender; <> is the null reverse-path')
    .option('--at <time>', 'when, such as 2027-06-30T12:00Z; else now')
    .addOption(
      new Option('--session <id>', 'explain what was decided in this session').conflicts(OTHER_FACTS),
    )
    .option(
      '--data <folder>',
      'with --session: the data folder with the history, else that of the configuration',
    )
    .addOption(new Option('--expect <verdict>', 'the verdict that is expected').choices(EXPECTATIONS))
    .addOption(jsonOption())
    .example('postern explain --from 203.0.113.9 b@other.example', 'can a stranger relay?')
    .example(
      'postern explain --from 192.168.10.7 --account alice@contoso.example b@other.example --expect relayed',
      'for scripts',
    )
    .example('postern explain --session w1k3vz-9q', 'why was it refused? The reply ended in [w1k3vz-9q]')
    .runs<Options>(async (call) => (await import('../explain/run.ts')).runExplain(call));
}
