/** `postern account passwd` */
import { jsonOption } from '../../command.ts';
import type { Call, PosternCommand } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { choosePassword, passwordStdinOption } from './password.ts';
import type { PasswordOptions } from './password.ts';
import { isProblem, withAccounts } from './store.ts';
import { reportChange } from './report.ts';

interface Options extends PasswordOptions {
  /** false: --no-password */
  readonly password: boolean;
  readonly json?: true;
}

export function addAccountPasswd(parent: PosternCommand): void {
  parent
    .command('passwd')
    .argument('<address>', 'the account')
    .summary('give an account another password')
    .description(
      'Sets the password, which counts from the next login on; the old one counts no longer. It is asked for on a terminal, read with --password-stdin, or else made and printed once.',
    )
    .addOption(passwordStdinOption())
    .option('--no-password', 'take the password away: nobody can sign in')
    .addOption(jsonOption())
    .example('postern account passwd alice@contoso.example', 'asks for it')
    .runs(runPasswd);
}

function runPasswd(call: Call<Options>): Promise<ExitCode> {
  const { args, options } = call;
  const [address = ''] = args;
  return withAccounts(call, { create: false }, async (store) => {
    // Before anybody types a password for an account that is not there.
    const found = store.show(address);
    if (isProblem(found)) return found;
    const chosen = options.password ? await choosePassword(call) : undefined;
    if (chosen !== undefined && 'exit' in chosen) return chosen.exit;
    const account =
      chosen === undefined ? store.clearPassword(address) : await store.setPassword(address, chosen.password);
    if (isProblem(account)) return account;
    const words =
      chosen === undefined
        ? `Nobody can sign in as ${account.address} now; it still receives mail.`
        : `${call.out.style.good('Changed')} the password of ${account.address}.`;
    reportChange(call, { account, chosen, words: [words] });
    return EXIT.yes;
  });
}
