/** What the accounts tell. Never a password, a hash or a login as claimed. */
export interface AccountEvents {
  /** The accounts cannot be read now; logins and inbound recipients get a 4xx reply. */
  'accounts.unavailable': { readonly path: string; readonly error: string };
  /** The accounts can be read again. */
  'accounts.recovered': { readonly path: string };
  /** A password could not be hashed, for lack of memory most likely; that login got a 4xx reply. */
  'accounts.hashingFailed': { readonly error: string };
  /** An account's stored hash is damaged; nobody can sign in to it until its password is set again. */
  'accounts.badHash': { readonly account: string };
  /** A hash of a lower cost was replaced at a successful login; `saved` is false when it could not be, and is tried again next time. */
  'accounts.rehashed': { readonly account: string; readonly saved: boolean };
}
