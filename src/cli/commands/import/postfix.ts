/** `postern import postfix`: a configuration out of that of Postfix. */
import { jsonOption } from '../../command.ts';
import type { PosternCommand } from '../../command.ts';
import { outputOption } from '../../import/options.ts';
import type { PostfixOptions } from '../../import/postfix.ts';

export function addImportPostfix(parent: PosternCommand): void {
  parent
    .command('postfix')
    .argument('<folder>', 'the folder that holds main.cf, such as /etc/postfix')
    .summary('make a configuration out of that of Postfix')
    .description(
      'Reads main.cf, master.cf and the tables they name, as text, and prints a configuration with the line that each part comes from. It never relays more than Postfix did: what cannot be carried over exactly is left out or narrowed, and named on standard error. Ends with the verdict on the new configuration. Exits 0 when everything was carried over, 1 when something was not, 2 when the folder cannot be read.',
    )
    .addOption(outputOption())
    .option(
      '--interface <address...>',
      'an address of that server with its network, such as 192.0.2.5/24: for mynetworks_style and for a main.cf without mynetworks',
    )
    .option(
      '--hostname <name>',
      'the name of that server, for a main.cf without myhostname; else that of this machine',
    )
    .addOption(jsonOption())
    .example('postern import postfix /etc/postfix -o postern.yaml', 'the Postfix of this machine')
    .example('postern import postfix ./backup/etc/postfix > postern.yaml', 'that of another')
    .runs<PostfixOptions>(async (call) => (await import('../../import/postfix.ts')).runImportPostfix(call));
}
