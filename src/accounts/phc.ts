/**
 * Argon2id hashes in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`.
 *
 * Parsing is strict, since every field decides how much work a login costs: only argon2id version 19, the parameters in
 * this order, no leading zeros, unpadded canonical base64, and everything within bounds.
 */
import { Buffer } from 'node:buffer';

/** What a hash costs. RFC 9106 section 3.1. */
export interface HashCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  /** Lanes. */
  readonly parallelism: number;
}

export interface PasswordHash extends HashCost {
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** The cost of every hash made now. */
export const PRESENT_COST: HashCost = { memory: 19_456, passes: 2, parallelism: 1 };
/** Octets. */
export const SALT_LENGTH = 16;
/** Octets. */
export const TAG_LENGTH = 32;

const PHC =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
/** 1 GiB: what one login may take at most, whatever a hash asks for. KiB. */
const MAX_MEMORY = 1_048_576;

/** Parses a hash, or returns undefined when `text` is not strictly one within the bounds. */
export function parsePhc(text: string): PasswordHash | undefined {
  const match = PHC.exec(text);
  if (match === null) return undefined;
  const [, m = '', t = '', p = '', saltText = '', tagText = ''] = match;
  const cost: HashCost = { memory: Number(m), passes: Number(t), parallelism: Number(p) };
  // RFC 9106 3.1: memory is at least 8 KiB a lane.
  if (cost.memory > MAX_MEMORY || cost.memory < 8 * cost.parallelism) return undefined;
  const salt = decode(saltText);
  const tag = decode(tagText);
  return salt === undefined || tag === undefined ? undefined : { ...cost, salt, tag };
}

export function formatPhc(hash: PasswordHash): string {
  const { memory, passes, parallelism, salt, tag } = hash;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(tag)}`;
}

/** Whether a hash protects less than one made now would, so that it is replaced at the next successful login. */
export function isWeak(hash: PasswordHash): boolean {
  // An attacker pays memory times passes, so that 47104 x 1 is as good as 19456 x 2.
  const product = hash.memory * hash.passes;
  return (
    product < PRESENT_COST.memory * PRESENT_COST.passes ||
    hash.salt.length < SALT_LENGTH ||
    hash.tag.length < TAG_LENGTH
  );
}

function encode(octets: Buffer): string {
  return octets.toString('base64').replaceAll('=', '');
}

/** Base64 without padding; undefined unless it is the one way to write these octets. */
function decode(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  return encode(octets) === text ? octets : undefined;
}
