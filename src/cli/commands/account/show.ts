/** `postern account show` */
import type { Account } from '../../../accounts/mod.ts';
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { formatMoment } from '../../quantity.ts';
import { isProblem, withAccounts } from './store.ts';
import { accountJson, standingOf } from './words.ts';

interface Options {
  readonly json?: true;
}

export function addAccountShow(parent: PosternCommand): void {
  parent
    .command('show')
    .argument('<address>', 'any address of the account')
    .summary('show one account')
    .description('Shows the account that owns an address. Exits 1 when there is none.')
    .addOption(jsonOption())
    .example('postern account show a.smith@contoso.example', 'whose address is this?')
    .runs(runShow);
}

function runShow(call: Call<Options>): Promise<ExitCode> {
  const { out, options, args } = call;
  return withAccounts(call, { create: false }, async (store) => {
    const account = store.show(args[0] ?? '');
    if (isProblem(account)) return account;
    if (options.json) out.json({ schema: 'postern.account/1', account: accountJson(account) });
    else out.answer(describeAccount(account));
    const { warnNotInbound } = await import('./inbound.ts');
    await warnNotInbound(call, [account.address, ...account.aliases]);
    return EXIT.yes;
  });
}

function describeAccount(account: Account): string {
  const standing = standingOf(account);
  const meaning: Record<string, string> = {
    enabled: 'It can sign in and receives mail.',
    disabled: 'It is disabled: it cannot sign in, and still receives mail.',
    'no password': 'It has no password: nobody can sign in, and it receives mail.',
  };
  return [
    `${account.address}: ${meaning[standing] ?? standing}`,
    account.aliases.length === 0 ? 'No aliases.' : `Aliases: ${account.aliases.join(', ')}`,
    `Added ${formatMoment(account.created)}, last changed ${formatMoment(account.changed)}.`,
  ].join('\n');
}
