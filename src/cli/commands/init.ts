/** `postern init`: writes a first configuration. */
import type { PosternCommand } from '../command.ts';
import type { Options } from '../init/run.ts';

export function addInit(parent: PosternCommand): void {
  parent
    .command('init')
    .summary('write a first configuration')
    .description(
      'Writes a commented configuration that listens on loopback only and relays for nobody but accounts that signed in. On a terminal it asks for what is not given. An existing file is never overwritten; nothing but the one file is written.',
    )
    .option('--hostname <name>', 'the name of this server, as other servers know it')
    .option('--domain <domain>', 'the domain whose mail is received here')
    .option('--data <folder>', 'the data folder, relative to the configuration', './data')
    .option('--yes', 'ask nothing; take the defaults for what is not given')
    .example('postern init', 'asks on a terminal')
    .example('postern init --hostname mail.contoso.example --domain contoso.example --yes', 'asks nothing')
    .runs<Options>(async (call) => (await import('../init/run.ts')).runInit(call));
}
