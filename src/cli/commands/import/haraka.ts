/** `postern import haraka`: a configuration out of that of Haraka. */
import { jsonOption } from '../../command.ts';
import type { PosternCommand } from '../../command.ts';
import type { HarakaOptions } from '../../import/haraka.ts';
import { outputOption } from '../../import/options.ts';

export function addImportHaraka(parent: PosternCommand): void {
  parent
    .command('haraka')
    .argument('<folder>', 'the folder of Haraka, or the config folder in it')
    .summary('make a configuration out of that of Haraka')
    .description(
      'Reads the config folder (plugins, host_list, relay.ini, relay_acl_allow, relay_dest_domains.ini, smtp.ini, smtp_forward.ini, auth_flat_file.ini, tls.ini and others) and prints a configuration with the line that each part comes from. It never relays more than Haraka did: what cannot be carried over exactly is left out or narrowed, and named on standard error; passwords are never copied. Ends with the verdict on the new configuration. Exits 0 when everything was carried over, 1 when something was not, 2 when the folder cannot be read.',
    )
    .addOption(outputOption())
    .option(
      '--hostname <name>',
      'the name of the new server, when the file me does not say it or another is meant',
    )
    .addOption(jsonOption())
    .example('postern import haraka /etc/haraka -o postern.yaml', 'the Haraka of this machine')
    .runs<HarakaOptions>(async (call) => (await import('../../import/haraka.ts')).runImportHaraka(call));
}
