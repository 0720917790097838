/** `limit` of a grant: how many recipients it carries, and whose are counted together. */
import { z } from 'zod';
import { formatRate } from '../../policy/mod.ts';
import type { Limit } from '../../policy/mod.ts';
import { complain, listOf, textField } from '../field.ts';
import type { Context } from '../field.ts';
import { textProblem } from '../text/problem.ts';
import { parseRate } from '../text/rate.ts';
import type { Rate } from '../text/rate.ts';

const rate = textField('rate', parseRate);

const group = z.strictObject({
  rate: rate
    .describe(
      'Recipients in a time: a number, a slash, and `second`, `minute`, `hour`, `day`, `week` or a duration.',
    )
    .meta({ 'x-examples': ['200/hour', '10/10m'] }),
  burst: z
    .int()
    .min(1)
    .describe(
      'So many at once after a rest; no more than this and the rate together pass in the time of the rate.',
    )
    .meta({ 'x-default': 'the number of the rate' })
    .optional(),
  per: z
    .enum(['grant', 'account', 'client'])
    .describe(
      'Whose recipients are counted together: all of the grant, those of each account, or those of each client address (IPv6: each /64).',
    )
    .meta({ 'x-default': '`account` where the grant has `authenticated`, else `grant`' })
    .optional(),
});

type Group = z.output<typeof group>;
type One = Rate | Group;

/** One limit or several; a recipient must be within all of them. */
export const limit = z
  .union([rate, group, listOf(z.union([rate, group]))])
  .describe(
    'How many recipients the grant carries; who is over it is told to come back (`450 4.7.1`), and `limit.reached` is logged. Several limits are a list, and hold together. What was used comes back evenly over the time of the rate, and is remembered over a restart. The limit of the first grant that fits counts.',
  )
  .meta({
    'x-examples': ['200/hour', { rate: '200/hour', burst: 50, per: 'client' }, ['20/minute', '5000/day']],
  });

export type WrittenLimit = z.output<typeof limit>;

/** The limits of a grant, every default in place; reports what does not go together. */
export function limitsOf(
  written: WrittenLimit,
  authenticated: boolean,
  context: Context,
): readonly [Limit, ...Limit[]] {
  const isList = (value: WrittenLimit): value is readonly [One, ...One[]] => Array.isArray(value);
  const asList = isList(written);
  const [first, ...others] = asList ? written : [written];
  const path = (index: number): readonly (string | number)[] => (asList ? ['limit', index] : ['limit']);
  const limits: readonly [Limit, ...Limit[]] = [
    limitOf(first, authenticated),
    ...others.map((each) => limitOf(each, authenticated)),
  ];
  limits.forEach((each, index) => {
    if (each.per === 'account' && !authenticated)
      complain(
        context,
        [...path(index), 'per'],
        textProblem(
          'the grant does not ask for authenticated, so there is no account to count for',
          'Write per: client or per: grant, or add authenticated: true to the grant.',
        ),
      );
    if (each.burst > each.recipients) complain(context, [...path(index), 'burst'], burstTooLarge(each));
    if (limits.slice(0, index).some((other) => isSameKind(other, each)))
      complain(
        context,
        path(index),
        textProblem(
          `two limits count over the same time per ${each.per}`,
          'Only the smaller one would ever be reached; remove the other.',
        ),
      );
  });
  return limits;
}

function burstTooLarge({ burst, recipients, periodMs }: Limit) {
  const written = formatRate({ recipients, periodMs });
  return textProblem(
    `a burst of ${burst} at once is more than the ${recipients} of ${written}`,
    `Write ${formatRate({ recipients: burst, periodMs })}, or a burst of at most ${recipients}.`,
  );
}

function limitOf(written: One, authenticated: boolean): Limit {
  const { rate: each, burst, per } = 'rate' in written ? written : { rate: written };
  return {
    recipients: each.recipients,
    periodMs: each.periodMs,
    burst: burst ?? each.recipients,
    per: per ?? (authenticated ? 'account' : 'grant'),
  };
}

/** Counted together in the ledger: there can be only one of a kind, see `src/ledger`. */
function isSameKind(one: Limit, other: Limit): boolean {
  return one.per === other.per && one.periodMs === other.periodMs;
}
