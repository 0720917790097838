/** `postern account alias add` and `remove` */
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

export function addAccountAlias(parent: PosternCommand): void {
  const alias = parent
    .command('alias')
    .summary('give an account more addresses, or take them away')
    .description(
      'An alias is one more address of an account: it receives its mail, signs in by it and may send as it.',
    )
    .example('postern account alias add alice@contoso.example sales@contoso.example', 'one more address');
  alias
    .command('add')
    .argument('<address>', 'the account')
    .argument('<alias>', 'its new address')
    .summary('give an account another address')
    .description('The alias may not belong to another account.')
    .addOption(jsonOption())
    .example(
      'postern account alias add alice@contoso.example sales@contoso.example',
      'alice also gets mail for sales',
    )
    .runs(runAdd);
  alias
    .command('remove')
    .argument('<address>', 'the account')
    .argument('<alias>', 'the address to take away')
    .summary('take an address away from an account')
    .description(
      'From then on mail to the alias is refused as unknown. Mail that was delivered stays where it is.',
    )
    .addOption(jsonOption())
    .example('postern account alias remove alice@contoso.example sales@contoso.example', '')
    .runs(runRemove);
}

function runAdd(call: Call<Options>): Promise<ExitCode> {
  return change(call, async (store, address, alias) => {
    const result = store.addAlias(address, alias);
    const { warnNotInbound } = await import('./inbound.ts');
    if (!isProblem(result)) await warnNotInbound(call, [alias]);
    return { result, done: `${alias} is an address of ${address} now.` };
  });
}

function runRemove(call: Call<Options>): Promise<ExitCode> {
  return change(call, (store, address, alias) => {
    const result = store.removeAlias(address, alias);
    return { result, done: `${alias} is no longer an address of ${address}.` };
  });
}

interface Change {
  readonly result: Account | AccountProblem;
  /** What to say when it is no problem. */
  readonly done: string;
}

function change(
  call: Call<Options>,
  apply: (store: AccountStore, address: string, alias: string) => Promise<Change> | Change,
): Promise<ExitCode> {
  const { out, options, args } = call;
  const [address = '', alias = ''] = args;
  return withAccounts(call, { create: false }, async (store) => {
    const { result, done } = await apply(store, address, alias);
    if (isProblem(result)) return result;
    if (options.json) out.json({ schema: 'postern.account/1', account: accountJson(result) });
    else out.answer(done);
    return EXIT.yes;
  });
}
