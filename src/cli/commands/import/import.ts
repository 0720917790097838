/** `postern import …`: a configuration out of another server's. */
import type { PosternCommand } from '../../command.ts';
import { addImportPostfix } from './postfix.ts';

export function addImport(parent: PosternCommand): void {
  const group = parent
    .command('import')
    .summary("make a configuration out of another server's")
    .description(
      'Reads the configuration of another mail server and writes one of Postern that relays for nobody for whom the other did not.',
    )
    .example('postern import postfix /etc/postfix -o postern.yaml', 'from Postfix');
  addImportPostfix(group);
}
