/** `postern account …`: who can sign in, and which mailboxes there are. */
import type { PosternCommand } from '../../command.ts';
import { addAccountAdd } from './add.ts';
import { addAccountAlias } from './alias.ts';
import { addAccountList } from './list.ts';
import { addAccountPasswd } from './passwd.ts';
import { addAccountRemove } from './remove.ts';
import { addAccountShow } from './show.ts';
import { addAccountDisable, addAccountEnable } from './standing.ts';

export function addAccount(parent: PosternCommand): void {
  const account = parent
    .command('account')
    .summary('add, list, change and remove accounts')
    .description(
      'An account owns addresses, receives their mail and can sign in to send. The commands work with and without a running daemon, and a change counts at once.',
    )
    .example(
      'postern account add alice@contoso.example',
      'with a password that is asked for, or made and printed once',
    );
  addAccountAdd(account);
  addAccountList(account);
  addAccountShow(account);
  addAccountPasswd(account);
  addAccountDisable(account);
  addAccountEnable(account);
  addAccountAlias(account);
  addAccountRemove(account);
}
