/** `proxies`, `clients`, `filters`, `guard`, `etrn`: who connects, and what is asked of whom. */
import { z } from 'zod';
import type { ClientsConfig, DnsListConfig, EtrnConfig, GuardConfig, ProxyConfig } from '../config.ts';
import type { ClientSource, FilterSource } from '../../screen/mod.ts';
import { complain, listOf, range, textField } from '../field.ts';
import { parseDomainName } from '../text/domain.ts';
import { parseAccount, parsePattern } from '../text/mailbox.ts';
import { textProblem } from '../text/problem.ts';
import { parseName } from '../text/words.ts';

const pattern = textField('address pattern', (text) => parsePattern(text, { null: false }));

const proxy = z.union([
  range().transform((only): ProxyConfig => ({ range: only, header: 'proxy' })),
  z
    .strictObject({
      address: range().describe('The address, or the range, of the proxy.'),
      header: z
        .enum(['proxy', 'none'])
        .default('proxy')
        .describe('`proxy`: it sends a PROXY header. `none`: it sends none, as a NAT gateway does.'),
    })
    .transform(({ address, header }): ProxyConfig => ({ range: address, header })),
]);

export const proxies = z
  .array(proxy)
  .prefault([])
  .meta({ 'x-examples': [['10.50.0.2', { address: '172.17.0.1', header: 'none' }]] });

const dnsList = z
  .strictObject({
    zone: textField('domain', parseDomainName)
      .describe('The zone that is asked (RFC 5782).')
      .meta({ 'x-examples': ['zen.spamhaus.example'] }),
    answers: listOf(range())
      .describe('The answers that count.')
      .meta({
        'x-examples': [['127.0.0.2', '127.0.0.4/30']],
        'x-default': 'all of 127.0.0.0/8 but 127.255.255.0/24, which lists use for errors',
      })
      .optional(),
    action: z
      .enum(['refuse', 'record'])
      .default('refuse')
      .describe('`refuse`: 550 to strangers. `record`: only the log and `postern trace` tell of it.'),
  })
  .transform(({ zone, answers, action }): DnsListConfig => ({ zone, answers, action }));

const demand = (what: string) =>
  z
    .enum(['off', 'record', 'require'])
    .default('off')
    .describe(
      `${what} \`record\`: looked at and written to the log. \`require\`: strangers without it are refused (550), but never because DNS did not answer.`,
    );

export const clients = z.strictObject({
  accept: z
    .array(range())
    .prefault([])
    .describe(
      'Clients that may connect although `refuse` has a wider range that holds them. They count as known: no DNS list, name or `protectFrom` refuses their mail. They hold no right to relay by this.',
    )
    .meta({ 'x-examples': [['203.0.113.7']] }),
  refuse: z
    .array(range({ everything: true }))
    .prefault([])
    .describe(
      'Clients that are answered with 554 when they connect. The narrower of two ranges wins; the same one in `accept` is an error.',
    )
    .meta({ 'x-examples': [['203.0.113.0/24']] }),
  dnsLists: z
    .array(dnsList)
    .prefault([])
    .describe('DNS lists that are asked for clients on transfer listeners.'),
  reverseName: demand('A name of the client that leads back to its address (RFC 8601 3).'),
  helo: demand(
    'A name in EHLO that can be the client’s: fully qualified, not ours, no other address literal than its own.',
  ),
}) satisfies z.ZodType<ClientSource & Pick<ClientsConfig, 'dnsLists'>>;

const filter = z
  .strictObject({
    name: textField('name', parseName)
      .describe('What replies, logs and the queue call the filter.')
      .meta({ 'x-examples': ['bad-newsletters'] }),
    senders: listOf(pattern)
      .describe('Envelope senders: an address, `@domain`, or `@*.domain` (every domain below).')
      .meta({ 'x-examples': [['offers@bad.example', '@worse.example']] })
      .optional(),
    from: listOf(range())
      .describe('Client addresses.')
      .meta({ 'x-examples': [['203.0.113.0/24']] })
      .optional(),
    action: z
      .enum(['refuse', 'quarantine'])
      .default('refuse')
      .describe(
        '`refuse`: 550 at MAIL. `quarantine`: accepted, and held in the queue until you release or delete it.',
      ),
  })
  .transform((written, context): Omit<FilterSource, 'place'> => {
    const { name, senders, from, action } = written;
    if (senders === undefined && from === undefined) {
      complain(
        context,
        [],
        textProblem(`filter ${name} has neither senders nor from`, 'Say whose mail is meant.'),
      );
    }
    return { name, senders, from, action };
  })
  .meta({ anyOf: ['senders', 'from'].map((key) => ({ required: [key] })) });

export const filters = z
  .array(filter)
  .prefault([])
  .meta({ 'x-examples': [[{ name: 'bad-newsletters', senders: ['@bad.example'] }]] });

const count = (preset: number) => z.int().min(1).max(1_000_000).default(preset);

export const guard = z.strictObject({
  failuresPerAddress: count(20).describe(
    'Failed logins of one client address (IPv6: one /64); then 421. Before that each failure is answered later than the one before.',
  ),
  failuresPerAccount: count(50).describe(
    'Failed logins to one account from addresses that have not signed in to it lately; then these get 421.',
  ),
  unknownRecipients: count(100).describe(
    'Recipients that do not exist, of one client address; each is answered later than the one before, then 421.',
  ),
  allow: z
    .array(range())
    .prefault([])
    .describe('Client addresses that are never slowed down or turned away, such as a webmail server.')
    .meta({ 'x-examples': [['10.1.0.20']] }),
}) satisfies z.ZodType<GuardConfig>;

const etrnEntry = z
  .strictObject({
    domain: textField('domain', parseDomainName)
      .describe('The domain whose mail may be asked for.')
      .meta({ 'x-examples': ['branch.example'] }),
    from: listOf(range())
      .describe('Client addresses that may ask for it.')
      .meta({ 'x-examples': [['192.0.2.7']] })
      .optional(),
    accounts: listOf(textField('account', parseAccount))
      .describe('Accounts that may ask for it.')
      .meta({ 'x-examples': [['branch@contoso.example']] })
      .optional(),
  })
  .transform((written, context): Omit<EtrnConfig, 'place'> => {
    const { domain, from, accounts } = written;
    if (from === undefined && accounts === undefined) {
      complain(context, [], textProblem(`nobody may ask for ${domain}`, 'Add from, accounts, or both.'));
    }
    return { domain, from: from ?? [], accounts: accounts ?? [] };
  })
  .meta({ anyOf: ['from', 'accounts'].map((key) => ({ required: [key] })) });

export const etrn = z
  .array(etrnEntry)
  .prefault([])
  .meta({ 'x-examples': [[{ domain: 'branch.example', from: ['192.0.2.7'] }]] });

/** Keys of `accounts`: whom an account may send as. */
export const sendAs = {
  sendAs: z
    .enum(['own', 'any'])
    .default('own')
    .describe(
      '`own`: the envelope sender, From and Sender of what an account sends are its own addresses or those of `mayAlsoSendAs`; else 550. `any`: not looked at.',
    ),
  sendAsExempt: z
    .array(range())
    .prefault([])
    .describe('Client addresses for which `sendAs` is `any`, such as a mailing list server that signs in.')
    .meta({ 'x-examples': [['10.1.0.21']] }),
  mayAlsoSendAs: z
    .record(z.string(), listOf(pattern))
    .prefault({})
    .transform(
      (
        written,
        context,
      ): Record<string, readonly [z.output<typeof pattern>, ...z.output<typeof pattern>[]]> =>
        Object.fromEntries(
          Object.entries(written).map(([account, patterns]) => {
            const name = parseAccount(account);
            if (typeof name === 'string') return [name, patterns];
            complain(context, [account], name);
            return [account, patterns];
          }),
        ),
    )
    .describe(
      'Accounts, each with the addresses it may send as beside its own: an address, `@domain`, or `@*.domain`.',
    )
    .meta({ 'x-examples': [{ 'news@contoso.example': ['@lists.contoso.example'] }] }),
};
