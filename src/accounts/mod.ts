/**
 * The accounts: who can sign in, and which mailboxes there are. SQLite in `accounts.db` of the data folder, read by the
 * processes that serve mail and written by the command line, each at any time.
 */
export { createAuthenticator, DEFAULT_GATE } from './authenticator.ts';
export type { Authenticator, AuthenticatorOptions, LoginVerdict } from './authenticator.ts';
export { AccountsError } from './database.ts';
export type { AccountsErrorCode } from './database.ts';
export { createDirectory, ownsAddress } from './directory.ts';
export type { Directory, Owner } from './directory.ts';
export type { AccountEvents } from './events.ts';
export type { GateOptions } from './gate.ts';
export { createMailboxes } from './mailboxes.ts';
export type { Mailboxes } from './mailboxes.ts';
export { resolveLogin } from './login.ts';
export type { LoginRules } from './login.ts';
export { describePasswordProblem, generatePassword, MAX_PASSWORD_OCTETS } from './password.ts';
export type { PasswordProblem } from './password.ts';
export { describeAccountProblem, isAccountProblem } from './problem.ts';
export type { AccountProblem } from './problem.ts';
export { openAccountReader } from './reader.ts';
export type { AccountReader, AccountRecord, AddressKey, ReaderOptions } from './reader.ts';
export type { Account, AccountFilter } from './rows.ts';
export { openAccountStore } from './store.ts';
export type { AccountStore, NewAccount, StoreOptions } from './store.ts';
