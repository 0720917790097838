/** How accounts are shown. */
import type { Account } from '../../../accounts/mod.ts';

/** What stands in a list: whether somebody can sign in. */
export function standingOf({ disabled, hasPassword }: Account): string {
  if (disabled) return 'disabled';
  return hasPassword ? 'enabled' : 'no password';
}

/** An account in JSON. */
export function accountJson({ address, aliases, hasPassword, disabled, created, changed }: Account) {
  return {
    address,
    aliases,
    hasPassword,
    disabled,
    created: new Date(created).toISOString(),
    changed: new Date(changed).toISOString(),
  };
}
