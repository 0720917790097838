/** `history`: what is remembered of the mail that passed, and for how long. */
import { z } from 'zod';
import { size } from '../field.ts';

const MIB = 2 ** 20;

const kept = z.strictObject({
  days: z
    .int()
    .min(1)
    .max(3650)
    .default(30)
    .describe('Days for which a record is kept, unless there is no room for it.'),
  size: size(16 * MIB, 2 ** 44)
    .prefault('1GiB')
    .describe('Disk for all records together; the oldest go first.'),
});

export const history = z
  .union([z.literal('off'), kept])
  .prefault({})
  .transform((written) => (written === 'off' ? written : { days: written.days, bytes: written.size }));
