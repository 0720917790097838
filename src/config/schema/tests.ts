/** `tests`: what the policy is meant to do, checked by `postern check` and before every reload. */
import { z } from 'zod';
import { listOf, range, textField } from '../field.ts';
import { parseIpAddress } from '../text/ip.ts';
import { parseAccount, parseMailAddress, parseSender } from '../text/mailbox.ts';
import { parseMoment } from '../text/moment.ts';
import { parseLine } from '../text/words.ts';

const client = range({ everything: true });

const test = z.strictObject({
  name: textField('text', parseLine)
    .describe('What the test is called when it fails.')
    .meta({ 'x-examples': ['strangers stay out'] })
    .optional(),
  from: z
    .union([client, listOf(client)])
    .transform((written) => ('family' in written ? ([written] as const) : written))
    .describe(
      'The client: an address, a range or a list of them. A range is checked for all its addresses; `0.0.0.0/0` is everybody on IPv4.',
    )
    .meta({ 'x-examples': ['203.0.113.9', ['10.0.0.0/8', '2001:db8::/32']] }),
  toAddress: textField('address', parseIpAddress)
    .describe('The address of ours that the client connected to.')
    .meta({ 'x-default': 'an address that no grant names' })
    .optional(),
  listener: z.string().describe('The listener it connected to.').optional(),
  account: textField('account', parseAccount)
    .describe('The account that has signed in.')
    .meta({ 'x-default': 'none' })
    .optional(),
  sender: textField('address', parseSender)
    .describe('The claimed sender; `<>` for the null reverse-path.')
    .meta({ 'x-default': '`<>`' })
    .optional(),
  recipient: textField('address', parseMailAddress)
    .describe('The recipient.')
    .meta({ 'x-examples': ['b@other.example'] }),
  at: textField('date', parseMoment)
    .describe('When, for grants with `until`.')
    .meta({ 'x-default': 'now' })
    .optional(),
  expect: z
    .enum(['refused', 'relayed', 'accepted', 'inbound', 'forwarded'])
    .describe(
      '`accepted` is any of relayed, inbound and forwarded. `relayed` is by a grant or `alwaysRelay`.',
    ),
  by: z
    .string()
    .describe('The rule that decides: the name of a grant or never rule, or the domain of a route.')
    .meta({ 'x-examples': ['office'] })
    .optional(),
  because: textField('text', parseLine).describe('Why it matters; shown when the test fails.').optional(),
});

export const tests = z.array(test).prefault([]);
export type WrittenTest = z.output<typeof test>;
