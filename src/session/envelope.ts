/** How large the envelope of a message may become in memory: so many recipients, and so many octets of all of them together. */
import { Buffer } from 'node:buffer';
import type { Transaction } from './state.ts';
import type { AcceptedRecipient, SessionLimits } from './types.ts';

/**
 * Octets of address and ORCPT that the recipients of a message may have on the average. The longest address has 254, so no message
 * is too large for its addresses alone; an ORCPT may have 500 more.
 */
const OCTETS = 320;
/** For as many recipients there is always room, if fewer are permitted. */
const FEWEST = 1000;

type Named = Pick<AcceptedRecipient, 'original' | 'originalRecipient'>;

/** What a recipient adds. */
export function recipientOctets({ original, originalRecipient }: Named): number {
  return Buffer.byteLength(original) + (originalRecipient?.length ?? 0);
}

/** Whether there is room for one more recipient. */
export function hasRoom({ recipients, octets }: Transaction, named: Named, limits: SessionLimits): boolean {
  if (recipients.length >= limits.recipients) return false;
  return octets + recipientOctets(named) <= OCTETS * Math.max(limits.recipients, FEWEST);
}
