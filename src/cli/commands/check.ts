/** `postern check`: whether the configuration is right, and whether its policy tests pass. */
import type { Options } from '../check/run.ts';
import { jsonOption } from '../command.ts';
import type { PosternCommand } from '../command.ts';

export function addCheck(parent: PosternCommand): void {
  parent
    .command('check')
    .summary('check the configuration and run its policy tests')
    .description(
      'Checks every value of the configuration, that the certificate, key and password files it names can be read and belong together, runs the policy tests under `tests`, and names rules without effect. No daemon is needed, and nothing is changed. Exits 0 when all is right, 1 when a test failed, 2 when the configuration is wrong, 3 when a test cannot be decided because the accounts cannot be read.',
    )
    .addOption(jsonOption())
    .example('postern check && postern reload', 'look first, then put it in force')
    .runs<Options>(async (call) => (await import('../check/run.ts')).runCheck(call));
}
