/** Why a text is not an address, as a value and in words. */
import type { AddressError } from './types.ts';

export function addressError(error: AddressError['error'], position: number): AddressError {
  return { error, position };
}

/** Tells an error from what the parsers of this folder return otherwise. */
export function isAddressError(value: unknown): value is AddressError {
  return typeof value === 'object' && value !== null && 'error' in value && 'position' in value;
}

const SENTENCES: Record<AddressError['error'], string> = {
  empty: 'The address is empty.',
  noDomain: 'The address has no domain.',
  localPart: 'The part before the @ is malformed',
  domain: 'The domain is malformed',
  literal: 'The address literal is malformed',
  tooLong: 'The address is too long.',
  characters: 'The address has a character that is not permitted',
  brackets: 'The address must stand in angle brackets.',
};

/** One sentence for people; where it helps, with the position, counted from 1. It never repeats the address. */
export function describeAddressError(error: AddressError): string {
  const sentence = SENTENCES[error.error];
  return sentence.endsWith('.') ? sentence : `${sentence}, at character ${error.position + 1}.`;
}
