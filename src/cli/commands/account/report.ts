/** What is said of a change that may have made a password. */
import type { Account } from '../../../accounts/mod.ts';
import type { Call } from '../../command.ts';
import type { ChosenPassword } from './password.ts';
import { accountJson } from './words.ts';

export interface Change {
  readonly account: Account;
  readonly chosen: ChosenPassword | undefined;
  /** The change in sentences, for people. */
  readonly words: readonly string[];
}

/** In JSON or in words; a password that was made stands last, this once. */
export function reportChange({ out, options }: Call<{ readonly json?: true }>, change: Change): void {
  const { account, chosen, words } = change;
  const made = chosen?.generated === true ? chosen.password : undefined;
  if (options.json) {
    const password = made === undefined ? {} : { password: made };
    out.json({ schema: 'postern.account/1', account: accountJson(account), ...password });
    return;
  }
  for (const sentence of words) out.answer(sentence);
  if (made !== undefined) out.answer(`Password: ${made}\nIt is shown this once and cannot be read again.`);
}
