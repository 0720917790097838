/**
 * The one schema of the configuration file. Types, defaults, validation, the JSON Schema for editors and the reference
 * page are all made from it; every key has its description here or in the files beside this one.
 */
import { z } from 'zod';
import { parseDomainName } from '../text/domain.ts';
import { parseMailAddress } from '../text/mailbox.ts';
import { quoted, textProblem } from '../text/problem.ts';
import { parsePath } from '../text/words.ts';
import { complain, range, textField } from '../field.ts';
import { clients, etrn, filters, guard, proxies, sendAs } from './clients.ts';
import { history } from './history.ts';
import { limits, timeouts } from './limits.ts';
import { listener } from './listeners.ts';
import type { WrittenListener } from './listeners.ts';
import { relay } from './relay.ts';
import { routing } from './routing.ts';
import { delivery, dns, queue } from './sending.ts';
import { tests } from './tests.ts';

const LISTENER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
/** A NetBIOS or Active Directory name as it can stand before `\` or `/` in a login. */
const NT_DOMAIN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function badName(input: unknown): string {
  return `${quoted(String(input))} is not a name for a listener: it has 1 to 32 letters, digits, hyphens or underscores, the first a letter`;
}

function badNtDomain(input: unknown): string {
  return `${quoted(String(input))} is not the name of a Windows domain: it has 1 to 64 letters, digits, dots, hyphens or underscores`;
}

/** A listener and what it is called. */
export type NamedListener = readonly [name: string, listener: WrittenListener];

const accounts = z.strictObject({
  defaultDomain: textField('domain', parseDomainName)
    .describe('The domain of an account that signs in without one. Without this key such a login is unknown.')
    .meta({ 'x-examples': ['contoso.example'] })
    .optional(),
  ntDomains: z
    .record(
      z.string().regex(NT_DOMAIN, { error: ({ input }) => badNtDomain(input) }),
      textField('domain', parseDomainName),
    )
    .prefault({})
    .describe(
      'Windows domains, each with the mail domain it stands for: for logins such as `CONTOSO\\alice` and `CONTOSO/alice/sales`.',
    )
    .meta({ 'x-examples': [{ CONTOSO: 'contoso.example' }] }),
  ...sendAs,
});

/** YAML reads an unquoted 1.2 as a number. */
const VERSIONS = ['1.2', '1.3', 1.2, 1.3] as const;

const tls = z
  .strictObject({
    certificate: textField('path', parsePath)
      .describe('The certificate with its chain, PEM.')
      .meta({ 'x-examples': ['./tls/cert.pem'] })
      .optional(),
    key: textField('path', parsePath)
      .describe('The private key of the certificate, PEM.')
      .meta({ 'x-examples': ['./tls/key.pem'] })
      .optional(),
    minVersion: z
      .literal(VERSIONS)
      .default('1.2')
      .describe(
        'The oldest TLS version that is spoken; 1.0 and 1.1 are broken and not available (RFC 8996).',
      ),
  })
  .transform((written, context) => {
    const { certificate, key } = written;
    if (certificate !== undefined && key === undefined) {
      complain(
        context,
        ['certificate'],
        textProblem('certificate has no key', 'Add key: with the file of its private key.'),
      );
    }
    if (key !== undefined && certificate === undefined) {
      complain(
        context,
        ['key'],
        textProblem('key has no certificate', 'Add certificate: with the file of the certificate.'),
      );
    }
    const files = certificate === undefined || key === undefined ? undefined : { certificate, key };
    return {
      files,
      minVersion: String(written.minVersion) === '1.3' ? ('TLSv1.3' as const) : ('TLSv1.2' as const),
    };
  });

const log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least important events that are written.'),
  file: textField('path', parsePath)
    .describe('The file to write to.')
    .meta({ 'x-default': 'standard output' })
    .optional(),
});

export const root = z.strictObject({
  hostname: textField('domain', parseDomainName)
    .describe(
      'The name of this server: in its greeting, in EHLO, in Received fields, in the certificate it makes.',
    )
    .meta({ 'x-examples': ['mail.contoso.example'] }),
  data: textField('path', parsePath)
    .prefault('./data')
    .describe('The folder for the spool, the accounts and the control socket.'),
  workers: z
    .int()
    .min(1)
    .max(256)
    .describe('Processes that carry mail.')
    .meta({ 'x-default': 'one less than the processor cores, at least 1' })
    .optional(),
  postmaster: textField('address', parseMailAddress)
    .describe(
      'Who receives mail for `<postmaster>` and for postmaster at an inbound domain that has no such mailbox (RFC 5321 4.5.1).',
    )
    .meta({
      'x-default': 'postmaster at the first inbound domain',
      'x-examples': ['postmaster@contoso.example'],
    })
    .optional(),
  listeners: z
    .record(z.string().regex(LISTENER_NAME, { error: ({ input }) => badName(input) }), listener)
    .describe('Where clients connect: names of your choice, each with its addresses and its purpose.')
    .prefault({ local: { bind: ['127.0.0.1:25'] } })
    .transform((written, context): readonly [NamedListener, ...NamedListener[]] => {
      const [first, ...others] = Object.entries(written);
      if (first !== undefined) return [first, ...others];
      complain(
        context,
        [],
        textProblem(
          'there is no listener',
          'Name at least one, or remove the key: then 127.0.0.1:25 is listened at.',
        ),
      );
      return z.NEVER;
    })
    .meta({
      'x-examples': [
        {
          internet: { bind: ['0.0.0.0:25', '[::]:25'] },
          submission: { bind: ['0.0.0.0:587'], for: 'submission' },
        },
      ],
    }),
  proxies: proxies.describe(
    'Load balancers, proxies and NAT gateways in front of this server. An address alone: every connection from it begins with a PROXY header (version 1 or 2), and the client is who the header says. `header: none`: it sends none, and whoever comes through it is seen with its address. No grant may contain the address of a proxy: it would hold for everybody.',
  ),
  xclient: z
    .array(range())
    .prefault([])
    .describe(
      'Filters in front of this server that say with XCLIENT for whom they speak, as Postfix does. What they say counts; nobody else may say it. What one passes on without XCLIENT has the rights of its own address.',
    )
    .meta({ 'x-examples': [['127.0.0.1']] }),
  xforward: z
    .array(range())
    .prefault([])
    .describe(
      'Filters in front of this server that say with XFORWARD where a message first came from, as Postfix does. It goes into the log, and changes no right.',
    )
    .meta({ 'x-examples': [['127.0.0.1']] }),
  routing: routing.prefault({}).describe('What becomes of mail for a domain.'),
  relay: relay
    .prefault({})
    .describe('Who may send to other domains through this server. Nothing here: nobody.'),
  clients: clients
    .prefault({})
    .describe('What is asked of clients beside the policy. It can only refuse, and never opens anything.'),
  filters: filters.describe(
    'Message filters: senders and networks whose mail is refused, or accepted and held in the queue (`postern queue list --held`). Of several that a message meets one that refuses decides, then the first in the file.',
  ),
  guard: guard
    .prefault({})
    .describe(
      'How password guessing and address probing are slowed down and ended. Failures are counted within an hour, for all listeners and workers together.',
    ),
  etrn: etrn.describe(
    'Who may ask with ETRN (RFC 1985) that mail waiting for a domain is tried at once. Without an entry ETRN is not offered.',
  ),
  accounts: accounts
    .prefault({})
    .describe(
      'How logins name accounts. The accounts themselves are kept in the data folder, see `postern account`.',
    ),
  tls: tls
    .prefault({})
    .describe('The certificate. Without one, a self-signed certificate is made on the first start.'),
  limits: limits
    .prefault({})
    .describe(
      'What a client may use up. Two limits are fixed: a command line has at most 2,048 octets, a line of AUTH 12,288.',
    ),
  timeouts: timeouts.prefault({}).describe('How long clients may take.'),
  queue: queue.prefault({}).describe('When delivery is tried again, and when it is given up.'),
  delivery: delivery.prefault({}).describe('How mail is sent to other servers.'),
  dns: dns.prefault({}).describe('How names are looked up.'),
  history: history
    .describe(
      'The searchable record of decisions, messages and attempts, for `postern trace` and `postern replay`: no content, but addresses. `off`: nothing more is recorded; what was recorded stays in the folder `history` of the data folder until you delete it.',
    )
    .meta({ 'x-examples': [{ days: 30, size: '1GiB' }, 'off'] }),
  log: log.prefault({}).describe('The log, one JSON object a line.'),
  tests: tests.describe(
    'Policy tests: what must be accepted and what must not. They run in `postern check` and before every reload.',
  ),
});

/** The file as it was read: every value parsed, every default in place. */
export type Written = z.output<typeof root>;
