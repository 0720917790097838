/** `postern account add` */
import type { Account } from '../../../accounts/mod.ts';
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { choosePassword, passwordStdinOption } from './password.ts';
import type { ChosenPassword, PasswordOptions } from './password.ts';
import { isProblem, withAccounts } from './store.ts';
import { reportChange } from './report.ts';

interface Options extends PasswordOptions {
  readonly alias: readonly string[];
  /** false: --no-password */
  readonly password: boolean;
  readonly json?: true;
}

export function addAccountAdd(parent: PosternCommand): void {
  parent
    .command('add')
    .argument('<address>', 'the primary address, which is the name of the account')
    .summary('add an account')
    .description(
      'Adds an account that can sign in and receive mail at once. The password is asked for on a terminal, read with --password-stdin, or else made and printed once; it is never an argument.',
    )
    .option('--alias <address>', 'another address of the account; may be repeated', collect, [])
    .addOption(passwordStdinOption())
    .option('--no-password', 'nobody can sign in; the account only receives mail')
    .addOption(jsonOption())
    .example(
      'postern account add alice@contoso.example --alias a.smith@contoso.example',
      'with two addresses',
    )
    .example('postern account add bob@contoso.example --password-stdin <password.txt', 'from a file')
    .runs(runAdd);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function runAdd(call: Call<Options>): Promise<ExitCode> {
  const { args, options } = call;
  const [address = ''] = args;
  return withAccounts(call, { create: true }, async (store) => {
    const chosen = options.password ? await choosePassword(call) : undefined;
    if (chosen !== undefined && 'exit' in chosen) return chosen.exit;
    const password = chosen === undefined ? {} : { password: chosen.password };
    const account = await store.add({ address, aliases: options.alias, ...password });
    if (isProblem(account)) return account;
    const { warnNotInbound } = await import('./inbound.ts');
    await warnNotInbound(call, [account.address, ...account.aliases]);
    reportChange(call, { account, chosen, words: describe(account, chosen, call) });
    return EXIT.yes;
  });
}

function describe(account: Account, chosen: ChosenPassword | undefined, { out }: Call<Options>): string[] {
  const aliases = account.aliases.length === 0 ? '' : ` with ${account.aliases.join(', ')}`;
  const added = `${out.style.good('Added')} ${account.address}${aliases}.`;
  if (chosen !== undefined) return [added];
  return [added, `Nobody can sign in to it. To change that: postern account passwd ${account.address}`];
}
