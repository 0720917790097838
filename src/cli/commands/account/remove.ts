/** `postern account remove` */
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { formatCount } from '../../quantity.ts';
import { isProblem, withAccounts } from './store.ts';
import { accountJson } from './words.ts';

interface Options {
  readonly confirm?: string;
  readonly json?: true;
}

export function addAccountRemove(parent: PosternCommand): void {
  parent
    .command('remove')
    .argument('<address>', 'the account')
    .summary('remove an account and all its addresses')
    .description(
      'From then on its addresses are unknown and nobody can sign in. Mail that was delivered stays where it is. To keep the addresses and only forbid signing in, use `postern account disable`.',
    )
    .option('--confirm <address>', 'the same address again: yes, remove it')
    .addOption(jsonOption())
    .example('postern account remove alice@contoso.example --confirm=alice@contoso.example', 'for good')
    .runs(runRemove);
}

function runRemove(call: Call<Options>): Promise<ExitCode> {
  const { out, options, args } = call;
  const [address = ''] = args;
  return withAccounts(call, { create: false }, (store) => {
    const account = store.show(address);
    if (isProblem(account)) return account;
    if (options.confirm !== address) {
      const addresses = formatCount(account.aliases.length + 1, 'address', 'addresses');
      out.fail(
        `this would remove the account ${account.address} and its ${addresses}`,
        `If you mean that: postern account remove ${account.address} --confirm=${account.address}`,
      );
      return EXIT.usage;
    }
    const removed = store.remove(address);
    if (isProblem(removed)) return removed;
    if (options.json) out.json({ schema: 'postern.account/1', account: accountJson(account) });
    else
      out.answer(
        `${out.style.good('Removed')} ${account.address}. Mail that was delivered stays where it is.`,
      );
    return EXIT.yes;
  });
}
