/** `postern account list` */
import type { Account } from '../../../accounts/mod.ts';
import { jsonOption, plainOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { formatCount } from '../../quantity.ts';
import { formatTable } from '../../table.ts';
import { withAccounts } from './store.ts';
import { accountJson, standingOf } from './words.ts';

interface Options {
  readonly address?: string;
  readonly json?: true;
  readonly plain?: true;
}

export function addAccountList(parent: PosternCommand): void {
  parent
    .command('list')
    .summary('list the accounts')
    .description(
      'Lists the accounts in the order of their names. The columns of --plain are address, standing (enabled, disabled, no password), aliases separated by spaces.',
    )
    .option('--address <text>', 'only accounts that have the text in an address')
    .addOption(jsonOption())
    .addOption(plainOption())
    .example('postern account list --address @contoso.example', 'those of one domain')
    .runs(runList);
}

function runList(call: Call<Options>): Promise<ExitCode> {
  const { out, options } = call;
  return withAccounts(call, { create: false }, (store) => {
    const accounts = store.list(options.address === undefined ? {} : { address: options.address });
    if (options.json) out.json({ schema: 'postern.accounts/1', accounts: accounts.map(accountJson) });
    else if (options.plain) out.plain(accounts.map(rowOf));
    else out.answer(describeList(accounts, options.address));
    return EXIT.yes;
  });
}

function rowOf(account: Account): string[] {
  return [account.address, standingOf(account), account.aliases.join(' ')];
}

function describeList(accounts: readonly Account[], address: string | undefined): string {
  if (accounts.length === 0) {
    return address === undefined
      ? 'There is no account. Add one with: postern account add ADDRESS'
      : `No account has ${address} in an address.`;
  }
  const table = formatTable(['ACCOUNT', 'SIGNING IN', 'ALIASES'], accounts.map(rowOf));
  return `${table}\n\n${formatCount(accounts.length, 'account')}.`;
}
