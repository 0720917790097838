/** Makes rows of the tables of probes out of what they have not in common. */
import type { EnvelopeProbe, Family } from '../types.ts';

export const OUTSIDE_SENDER = 'MAIL FROM:<{sender}>';
export const OUTSIDE_RECIPIENT = 'RCPT TO:<{outside}>';

/** What the rows of one table share. */
export interface Common {
  readonly family: Family;
  readonly shows: string;
  readonly source: string;
}

/** What is left out is that of everybody: a sender elsewhere, a recipient elsewhere. */
export type Row = Pick<EnvelopeProbe, 'id' | 'title'> &
  Partial<Omit<EnvelopeProbe, 'kind' | 'id' | 'title' | 'family'>>;

export function rows(common: Common, list: readonly Row[]): readonly EnvelopeProbe[] {
  return list.map((row) => ({
    kind: 'envelope',
    mail: OUTSIDE_SENDER,
    rcpt: OUTSIDE_RECIPIENT,
    ...common,
    ...row,
  }));
}
