/** `postern account disable` and `enable` */
import type { Account, AccountProblem, AccountStore } from '../../../accounts/mod.ts';
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { isProblem, withAccounts } from './store.ts';
import { accountJson } from './words.ts';

interface Options {
  readonly json?: true;
}

export function addAccountDisable(parent: PosternCommand): void {
  parent
    .command('disable')
    .argument('<address>', 'the account')
    .summary('let nobody sign in to an account')
    .description('From the next login on nobody can sign in. The account still receives mail.')
    .addOption(jsonOption())
    .example('postern account disable alice@contoso.example', 'for example when a password leaked')
    .runs((call: Call<Options>) =>
      change(
        call,
        (store, address) => store.disable(address),
        ({ address, hasPassword }) =>
          `Nobody can sign in as ${address} now; it still receives mail.${hasPassword ? ` To allow it again: postern account enable ${address}` : ''}`,
      ),
    );
}

export function addAccountEnable(parent: PosternCommand): void {
  parent
    .command('enable')
    .argument('<address>', 'the account')
    .summary('let an account sign in again')
    .description('Takes back `postern account disable`. The password is the one it had.')
    .addOption(jsonOption())
    .example('postern account enable alice@contoso.example', 'with the password it had')
    .runs((call: Call<Options>) =>
      change(
        call,
        (store, address) => store.enable(address),
        ({ address, hasPassword }) =>
          hasPassword
            ? `${address} can sign in again.`
            : `${address} is enabled, but has no password: postern account passwd ${address}`,
      ),
    );
}

function change(
  call: Call<Options>,
  apply: (store: AccountStore, address: string) => Account | AccountProblem,
  describe: (account: Account) => string,
): Promise<ExitCode> {
  const { out, options, args } = call;
  return withAccounts(call, { create: false }, (store) => {
    const account = apply(store, args[0] ?? '');
    if (isProblem(account)) return account;
    if (options.json) out.json({ schema: 'postern.account/1', account: accountJson(account) });
    else out.answer(describe(account));
    return EXIT.yes;
  });
}
