/**
 * Making and checking hashes. Each call takes about 20 ms of a core and the memory its cost names (19 MiB), in libuv's
 * thread pool and not on the event loop; the caller bounds how many run at once.
 */
import type { Buffer } from 'node:buffer';
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { PRESENT_COST, SALT_LENGTH, TAG_LENGTH, formatPhc } from './phc.ts';
import type { PasswordHash } from './phc.ts';

/** The tag of `password`, as long as `hash.tag`, with the salt and cost of `hash`. Rejects when memory is short. */
export type Derive = (password: Buffer, hash: PasswordHash) => Promise<Buffer>;

const argon2Async = promisify(argon2);

/** Argon2id, RFC 9106. */
export const deriveArgon2id: Derive = (password, hash) =>
  argon2Async('argon2id', {
    message: password,
    nonce: hash.salt,
    memory: hash.memory,
    passes: hash.passes,
    parallelism: hash.parallelism,
    tagLength: hash.tag.length,
  });

/** Hashes with a new salt and the present cost; the result is in PHC form. */
export async function hashPassword(password: Buffer, derive: Derive): Promise<string> {
  const fresh = unmatchedHash();
  return formatPhc({ ...fresh, tag: await derive(password, fresh) });
}

/** Compares in constant time; costs one derivation, whatever the result. */
export async function matches(password: Buffer, hash: PasswordHash, derive: Derive): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash), hash.tag);
}

/** A hash of the present cost that no password is known for. */
export function unmatchedHash(): PasswordHash {
  return { ...PRESENT_COST, salt: randomBytes(SALT_LENGTH), tag: randomBytes(TAG_LENGTH) };
}
