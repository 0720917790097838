/** `postern import …`: a configuration out of another server's. */
import type { PosternCommand } from '../../command.ts';
import { addImportExchange } from './exchange.ts';
import { addImportHaraka } from './haraka.ts';
import { addImportPostfix } from './postfix.ts';

export function addImport(parent: PosternCommand): void {
  const group = parent
    .command('import')
    .summary("make a configuration out of another server's")
    .description(
      'Reads the configuration of another mail server and writes one of Postern that relays for nobody for whom the other did not.',
    )
    .example('postern import postfix /etc/postfix -o postern.yaml', 'from Postfix')
    .example('postern import exchange ims.reg routing.txt -o postern.yaml', 'from Exchange 5.5');
  addImportPostfix(group);
  addImportExchange(group);
  addImportHaraka(group);
}
