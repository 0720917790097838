/** `postern diff`: what one configuration changes when it takes the place of another. */
import { jsonOption, plainOption } from '../command.ts';
import type { PosternCommand } from '../command.ts';
import type { Options } from '../diff/run.ts';

export function addDiff(parent: PosternCommand): void {
  parent
    .command('diff')
    .argument('<old>', 'the configuration that is replaced; with one argument alone, the new one')
    .argument('[new]', 'the configuration that replaces it')
    .summary('show what an edited configuration changes for clients')
    .description(
      [
        'Compares what two configurations decide, not their texts: whom the new one opens relaying for, for whom it closes it, and what becomes of mail otherwise. It is exact: every class of facts is compared, and what is not shown stays as it was. Settings beside the policy are compared by value, with paths as if both files lay where the new one does. With one argument the configuration in use (-c) is the old one. No daemon is needed.',
        'Exits 0 when nothing differs but names, 1 when something does, 2 when a file is wrong. The columns of --plain are opens, closes, alters, limits, renames or setting; the change; and an example command. --json has same, changes and settings.',
      ].join('\n\n'),
    )
    .addOption(jsonOption())
    .addOption(plainOption())
    .example('postern diff /etc/postern/postern.yaml new.yaml', 'who would gain or lose what')
    .example('postern diff new.yaml', 'the same, against the configuration in use')
    .runs<Options>(async (call) => (await import('../diff/run.ts')).runDiff(call));
}
