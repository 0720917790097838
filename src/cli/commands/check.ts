/** `postern check`: whether the configuration is right, and what is proved of it. */
import type { Options } from '../check/run.ts';
import { jsonOption, plainOption } from '../command.ts';
import type { PosternCommand } from '../command.ts';

export function addCheck(parent: PosternCommand): void {
  parent
    .command('check')
    .summary('check the configuration and prove that it is no open relay')
    .description(
      [
        'Checks every value of the configuration and the files it names, runs its policy tests, and proves that no client outside the grants can relay: every class of facts is decided, nothing is sampled. Shows who can relay, and what was found beside (docs/findings.md): rules without effect, ranges that contain a gateway, and more. No daemon is needed, and nothing is changed.',
        'Exits 0 when it is proved, warnings allowed; 1 when it is not, a test failed or there is an error among the findings; 2 when the configuration is wrong; 3 when a test cannot be decided because the accounts cannot be read.',
        'The columns of --plain are grant, clients, addresses, public addresses, signed in, senders, recipients, limit, until, place. --json has verdict, problems, proof, reach, findings, untold and tests.',
      ].join('\n\n'),
    )
    .option('--elsewhere', 'the configuration is for another host: look at no address of this one')
    .addOption(jsonOption())
    .addOption(plainOption())
    .example('postern check && postern reload', 'look first, then put it in force')
    .example('postern check -c new.yaml --elsewhere', 'a configuration that another host will use')
    .runs<Options>(async (call) => (await import('../check/run.ts')).runCheck(call));
}
