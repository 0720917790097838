/** `relay`: who may send to domains that are not ours. */
import { z } from 'zod';
import { formatRange } from '../../policy/mod.ts';
import type { GrantSource, NeverSource } from '../../policy/mod.ts';
import { isInsideRange } from '../../std/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import { acknowledge, complain, iUnderstand, listOf, range, textField } from '../field.ts';
import type { Context, Danger } from '../field.ts';
import { prefixOf } from '../text/cidr.ts';
import { parseAccount, parsePattern } from '../text/mailbox.ts';
import { parseUntil } from '../text/moment.ts';
import { either, textProblem } from '../text/problem.ts';
import { parseName } from '../text/words.ts';
import { limit, limitsOf } from './limit.ts';

/** A grant without its place, which it has from the file. */
export type WrittenGrant = Omit<GrantSource, 'place'>;
/** A never rule without its place. */
export type WrittenNever = Omit<NeverSource, 'place'>;

const RANGE_EXAMPLES = [
  ['192.168.10.0/24', '2001:db8:10::/64', '1.1.1.0 mask 255.255.255.0', 'IP=1.1.1.1, MASK=255.255.255.255'],
];

const name = textField('name', parseName)
  .describe('What replies, logs and `postern explain` call the rule. No two rules have the same name.')
  .meta({ 'x-examples': ['office'] });

const never = z
  .strictObject({
    name,
    from: listOf(range({ everything: true }))
      .describe(
        'Client addresses that may not relay, whatever else is configured and whoever signs in. They can still send to our own domains.',
      )
      .meta({ 'x-examples': [['10.0.0.64/26']] }),
    iUnderstand,
  })
  .transform((written, context): WrittenNever => {
    acknowledge(context, written.iUnderstand, everybody(written.from));
    return { name: written.name, from: written.from };
  });

const grantFields = z.strictObject({
  name,
  authenticated: z
    .union([z.literal(true), listOf(textField('account', parseAccount))])
    .describe('`true`: every account that has signed in. A list: only these accounts.')
    .meta({ 'x-examples': [true, ['alice@contoso.example']] })
    .optional(),
  from: listOf(range())
    .describe(
      'Client addresses. A network wider than /24 (IPv6: /48) that is not private needs `iUnderstand`.',
    )
    .meta({ 'x-examples': RANGE_EXAMPLES })
    .optional(),
  connectingTo: listOf(range())
    .describe(
      'Addresses of ours that the client connected to. Safe only for an address that outsiders cannot reach: without `from` or `authenticated` it has to be private or loopback.',
    )
    .meta({ 'x-examples': [['10.1.0.5']] })
    .optional(),
  senders: listOf(textField('address pattern', (text) => parsePattern(text, { null: true })))
    .describe(
      'Only for these claimed senders: an address, `@domain`, `@*.domain` (every domain below), or `<>`. It narrows the grant and never opens anything by itself.',
    )
    .meta({ 'x-examples': [['scan@contoso.example']] })
    .optional(),
  recipients: listOf(textField('address pattern', (text) => parsePattern(text, { null: false })))
    .describe('Only to these recipients, written like `senders`.')
    .meta({ 'x-examples': [['@contoso.example', '@*.partner.example']] })
    .optional(),
  until: textField('date', parseUntil)
    .describe(
      'The grant ends then. A date alone lasts until the end of that day in UTC; a date with a time needs its zone.',
    )
    .meta({ 'x-examples': ['2027-06-30', '2027-06-30T18:00:00+02:00'] })
    .optional(),
  limit: limit.optional(),
  sendAs: listOf(textField('address pattern', (text) => parsePattern(text, { null: false })))
    .describe(
      'Whom these clients may send as, written like `senders`: what they send is refused where the envelope sender, From or Sender is another. The null reverse-path is always allowed.',
    )
    .meta({ 'x-examples': [['@contoso.example']] })
    .optional(),
  iUnderstand,
});

type GrantFields = z.output<typeof grantFields>;

const grant = grantFields
  .transform((written, context): WrittenGrant => {
    const {
      iUnderstand: sentence,
      authenticated,
      name: ruleName,
      limit: bound,
      sendAs,
      ...conditions
    } = written;
    if (authenticated === undefined && written.from === undefined && written.connectingTo === undefined) {
      complain(
        context,
        [],
        textProblem(
          `grant ${ruleName} has none of authenticated, from and connectingTo`,
          'A sender or recipient is only claimed; say who the client must be.',
        ),
      );
    }
    acknowledge(context, sentence, wideNetworks(written.from ?? []));
    complainOfReachable(context, written);
    return {
      name: ruleName,
      ...authenticatedOf(authenticated),
      ...present(conditions),
      ...(sendAs === undefined ? {} : { sendAs }),
      ...(bound === undefined ? {} : { limits: limitsOf(bound, authenticated !== undefined, context) }),
    };
  })
  .meta({ anyOf: ['authenticated', 'from', 'connectingTo'].map((key) => ({ required: [key] })) });

function authenticatedOf(written: GrantFields['authenticated']): Pick<WrittenGrant, 'authenticated'> {
  if (written === undefined) return {};
  return { authenticated: written === true ? 'any' : written };
}

/** Without the keys that are not there, for `exactOptionalPropertyTypes`. */
function present(
  conditions: Omit<GrantFields, 'name' | 'authenticated' | 'limit' | 'sendAs' | 'iUnderstand'>,
): Omit<WrittenGrant, 'name' | 'authenticated'> {
  const { from, connectingTo, senders, recipients, until } = conditions;
  return {
    ...(from === undefined ? {} : { from }),
    ...(connectingTo === undefined ? {} : { connectingTo }),
    ...(senders === undefined ? {} : { senders }),
    ...(recipients === undefined ? {} : { recipients }),
    ...(until === undefined ? {} : { until }),
  };
}

/** The widest network that is not private and that a grant takes without a word. */
const WIDEST = { 4: 24, 6: 48 } as const;

/** Whatever is not inside (tunnels, unassigned or documentation networks too) counts as public here. */
function isWide(network: IpRange): boolean {
  return (prefixOf(network) ?? 0) < WIDEST[network.family] && !isInsideRange(network);
}

/** The sentence that stands as `iUnderstand` beside a rule for these client addresses; undefined: none is needed. */
export function understandingOf(rule: 'grant' | 'never', from: readonly IpRange[]): string | undefined {
  return (rule === 'grant' ? wideNetworks(from) : everybody(from))?.reason;
}

/** What an administrator must have understood who forbids everybody to relay. */
function everybody(from: readonly IpRange[]): Danger | undefined {
  const index = from.findIndex((item) => prefixOf(item) === 0);
  const all = from[index];
  if (all === undefined) return undefined;
  return {
    reason: `no client on IPv${all.family} can relay, signed in or not`,
    path: ['from', index],
    otherwise: 'Name the networks that are meant.',
  };
}

/** What an administrator must have understood of this grant, if anything. */
function wideNetworks(from: readonly IpRange[]): Danger | undefined {
  const wide = from.filter(isWide);
  const [first] = wide;
  if (first === undefined) return undefined;
  const what =
    wide.length === 1 ? `is wider than /${WIDEST[first.family]} and not private` : 'are wide and not private';
  return {
    reason: `${either(wide.map(formatRange), 'and')} ${what}`,
    path: ['from', from.indexOf(first)],
    otherwise: 'Name the smaller networks that are meant.',
  };
}

/**
 * With nothing but an address of ours as its condition, a grant is open to whoever can reach that address. Where everybody can,
 * that is an open relay, and no sentence makes it another thing.
 */
function complainOfReachable(context: Context, written: GrantFields): void {
  if (written.from !== undefined || written.authenticated !== undefined) return;
  const connectingTo: readonly IpRange[] = written.connectingTo ?? [];
  const reachable = connectingTo.filter((network) => !isInsideRange(network));
  const [first] = reachable;
  if (first === undefined) return;
  complain(
    context,
    ['connectingTo', connectingTo.indexOf(first)],
    textProblem(
      `everybody who can reach ${either(reachable.map(formatRange), 'and')} can relay`,
      'Add from or authenticated, or use an address that only you can reach.',
    ),
  );
}

export const relay = z.strictObject({
  never: z
    .array(never)
    .prefault([])
    .describe('Rules that forbid relaying. They override every grant and `alwaysRelay`.'),
  allow: z
    .array(grant)
    .prefault([])
    .describe(
      'The grants. The conditions within one are ANDed, the grants are ORed. Without a grant nobody can relay.',
    ),
  suspectGateway: z
    .enum(['warn', 'refuse'])
    .default('warn')
    .describe(
      'What to do when a client that relays by its address alone looks like a gateway (NAT, proxy, container bridge) behind which there are others: it is the default gateway of this host, an address of this host, or gives many names with EHLO. `warn`: an event and a finding in `postern status`. `refuse`: also `550 5.7.1` to whoever has not signed in; inbound mail is never concerned.',
    ),
  gatewayNames: z
    .int()
    .min(2)
    .max(1000)
    .default(20)
    .describe('So many different EHLO names of one client within 24 hours make it look like a gateway.'),
});
