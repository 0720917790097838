/** Why a change of the accounts was not made, as a value and in words. Nothing was changed then. */
import { describeAddressError } from '../mail/mod.ts';
import type { AddressError } from '../mail/mod.ts';
import { describePasswordProblem } from './password.ts';
import type { PasswordProblem } from './password.ts';

export type AccountProblem =
  /** There is such an account already. */
  | { readonly problem: 'exists'; readonly address: string }
  /** No account has this primary address; `aliasOf` is the account that has it as an alias. */
  | { readonly problem: 'notFound'; readonly address: string; readonly aliasOf: string | undefined }
  /** Another account owns the address. */
  | { readonly problem: 'addressTaken'; readonly address: string; readonly account: string }
  /** The account has no such alias. */
  | { readonly problem: 'notAlias'; readonly address: string; readonly account: string }
  /** The primary address is the account's name; it goes only with the account. */
  | { readonly problem: 'primaryAddress'; readonly address: string }
  | { readonly problem: 'badAddress'; readonly text: string; readonly error: AddressError }
  | { readonly problem: 'badPassword'; readonly error: PasswordProblem };

export function isAccountProblem(value: object): value is AccountProblem {
  return 'problem' in value;
}

/** One or two sentences for people. */
export function describeAccountProblem(problem: AccountProblem): string {
  switch (problem.problem) {
    case 'exists':
      return `There is an account ${problem.address} already.`;
    case 'notFound':
      return problem.aliasOf === undefined
        ? `There is no account ${problem.address}.`
        : `${problem.address} is an alias of the account ${problem.aliasOf}. Name the account.`;
    case 'addressTaken':
      return `${problem.address} belongs to the account ${problem.account}.`;
    case 'notAlias':
      return `${problem.address} is not an alias of ${problem.account}.`;
    case 'primaryAddress':
      return `${problem.address} is the account's primary address. It goes only when the account is removed.`;
    case 'badAddress':
      return `${JSON.stringify(problem.text)} is not an address. ${describeAddressError(problem.error)}`;
    case 'badPassword':
      return describePasswordProblem(problem.error);
    default:
      return problem satisfies never;
  }
}
