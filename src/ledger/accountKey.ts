/** What stands for an account where failures are counted. */
import { createHash } from 'node:crypto';
import { foldAscii } from '../mail/mod.ts';

/** Octets of the hash that are kept: enough that nobody finds two logins with the same. */
const KEPT = 16;

/**
 * The address that a login names, or the login as the client claims it, without regard to case, hashed: bounded whatever is
 * claimed, and nothing to read for who gets hold of the file (some type their password there).
 */
export function accountKey(login: string): string {
  return createHash('sha256').update(foldAscii(login)).digest().subarray(0, KEPT).toString('base64url');
}
