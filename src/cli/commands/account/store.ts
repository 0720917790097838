/** The accounts of the configuration that a command names. */
import { join } from 'node:path';
import type { Account, AccountProblem, AccountStore, AccountsErrorCode } from '../../../accounts/mod.ts';
import type { Call } from '../../command.ts';
import { findDataFolder } from '../../dataFolder.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import { DATA_FOLDER } from '../../../std/mod.ts';

/**
 * Runs `work` on the accounts; a problem that it returns is told and becomes the exit code. `create`: make the file when it is
 * missing; else a missing file is a failure. What cannot be read or written is told, and exits 3.
 */
export async function withAccounts(
  call: Call<unknown>,
  options: { readonly create: boolean },
  work: (store: AccountStore) => Promise<ExitCode | AccountProblem> | ExitCode | AccountProblem,
): Promise<ExitCode> {
  const folder = await findDataFolder(call);
  if (typeof folder !== 'string') return folder.exit;
  const { AccountsError, describeAccountProblem, openAccountStore } =
    await import('../../../accounts/mod.ts');
  try {
    const path = join(folder, DATA_FOLDER.accounts);
    using store = openAccountStore(path, { clock: call.io.clock, create: options.create });
    const result = await work(store);
    if (typeof result === 'number') return result;
    call.out.fail(describeAccountProblem(result), remedyOf(result));
    return result.problem === 'badAddress' || result.problem === 'badPassword' ? EXIT.usage : EXIT.no;
  } catch (error) {
    if (!(error instanceof AccountsError)) throw error;
    call.out.fail(error.message, REMEDIES[error.code]);
    return EXIT.cannotTell;
  }
}

/** Whether a change was not made. */
export function isProblem(result: Account | AccountProblem): result is AccountProblem {
  return 'problem' in result;
}

const REMEDIES: Record<AccountsErrorCode, string> = {
  missing: 'Add the first account with: postern account add ADDRESS',
  foreign: 'Look whether `data` in the configuration names the right folder.',
  newer: 'Use the release that wrote it, or a newer one.',
  busy: 'Try again.',
  failed: 'Run the command as the user that runs Postern, and look at the disk.',
};

/** The command that helps. Its addresses are canonical ones, not what was typed. */
function remedyOf(problem: AccountProblem): string {
  switch (problem.problem) {
    case 'exists':
      return `To give it another password: postern account passwd ${problem.address}`;
    case 'notFound':
      return 'See the accounts with: postern account list';
    case 'addressTaken':
      return `An address belongs to one account only; see it with: postern account show ${problem.address}`;
    case 'notAlias':
      return `See its aliases with: postern account show ${problem.account}`;
    case 'primaryAddress':
      return `To remove the account: postern account remove ${problem.address}`;
    case 'badAddress':
      return 'Write it as name@domain.';
    case 'badPassword':
      return 'Choose another one, or leave it out and one is made.';
    default:
      return problem satisfies never;
  }
}
