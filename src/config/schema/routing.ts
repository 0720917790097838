/** `routing`: what becomes of mail for a domain, and where mail goes that is not ours. */
import { z } from 'zod';
import type { RouteAction, RouteSource } from '../../policy/mod.ts';
import { complain, listOf, range, textField } from '../field.ts';
import type { Context } from '../field.ts';
import type { InboundDelivery, OutboundDelivery } from '../config.ts';
import { parseAddressLiteral, parseDomainName, parseRoutePattern } from '../text/domain.ts';
import { parseHost } from '../text/endpoint.ts';
import { parseLmtp } from '../text/lmtp.ts';
import { either, textProblem } from '../text/problem.ts';
import { parsePath } from '../text/words.ts';

/** A route without its place, which it has from the file. */
export type WrittenRoute = Omit<RouteSource, 'place'>;

const only = (keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

const ACTIONS = ['inbound', 'forward', 'rewrite', 'alwaysRelay'] as const;

const route = z
  .strictObject({
    domain: textField('domain or *.domain', parseRoutePattern)
      .describe(
        '`contoso.example` is that domain alone, `"*.contoso.example"` every domain below it. The most specific entry wins; their order does not matter.',
      )
      .meta({ 'x-examples': ['contoso.example', '*.contoso.example'] }),
    inbound: z
      .literal(true)
      .describe(
        'The domain is ours: known recipients are accepted from everybody and delivered as `routing.inbound` says.',
      )
      .optional(),
    forward: textField('host:port', parseHost)
      .describe(
        'The domain is ours, its mail goes on to this host: the recipient is unchanged, no MX record is looked up. Every recipient is accepted; one that the host refuses is bounced to the sender.',
      )
      .meta({ 'x-examples': ['mail.branch.internal:25'] })
      .optional(),
    rewrite: textField('domain', parseDomainName)
      .describe('The domain of the recipient is replaced by this one, then its route is looked up.')
      .meta({ 'x-examples': ['contoso.example'] })
      .optional(),
    alwaysRelay: z
      .literal(true)
      .describe('Anybody may relay to this domain, except clients of a never rule.')
      .optional(),
    protectFrom: z
      .enum(['refuse', 'quarantine'])
      .describe(
        'What becomes of a message whose From has this domain and whose client has neither signed in nor holds a grant: refused with 550, or accepted and held in the queue for you to look at. Lists and forwarders outside send such mail, too.',
      )
      .optional(),
  })
  .transform((written, context): WrittenRoute => {
    const { domain: pattern, protectFrom, ...actions } = written;
    if (!exactlyOne(actions, ACTIONS, context)) return z.NEVER;
    return { ...pattern, action: actionOf(actions), ...(protectFrom === undefined ? {} : { protectFrom }) };
  })
  .meta({ ...only(ACTIONS), 'x-examples': [{ domain: 'contoso.example', inbound: true }] });

/** The destination of a route, of which exactly one is given. */
function actionOf(actions: {
  readonly inbound?: true | undefined;
  readonly forward?: Extract<RouteAction, { kind: 'forward' }>['to'] | undefined;
  readonly rewrite?: Extract<RouteAction, { kind: 'rewrite' }>['to'] | undefined;
}): RouteAction {
  if (actions.inbound !== undefined) return { kind: 'inbound' };
  if (actions.forward !== undefined) return { kind: 'forward', to: actions.forward };
  if (actions.rewrite !== undefined) return { kind: 'rewrite', to: actions.rewrite };
  return { kind: 'alwaysRelay' };
}

/** Reports when none or more than one of `keys` is there. */
function exactlyOne(written: object, keys: readonly string[], context: Context): boolean {
  const present = new Map(Object.entries(written));
  const given = keys.filter((key) => present.get(key) !== undefined);
  if (given.length === 1) return true;
  const [, second = ''] = given;
  if (given.length === 0) {
    complain(context, [], textProblem(`nothing says what is done: one of ${either(keys)} is missing`));
  } else {
    complain(
      context,
      [second],
      textProblem(`${either(given, 'and')} contradict each other`, 'Keep one of them.'),
    );
  }
  return false;
}

const OUTBOUND = ['mx', 'host', 'maildir'] as const;

const login = z.strictObject({
  user: z.string().min(1).describe('The name to sign in with.'),
  passwordFile: textField('path', parsePath).describe(
    'A file that holds the password and nothing else; read again for every connection.',
  ),
});

const outbound = z
  .union([
    z.literal('mx'),
    z
      .strictObject({
        mx: z.literal(true).describe('By MX records, the same as `outbound: mx`.').optional(),
        mayReach: listOf(range())
          .describe(
            'With `mx`: loopback and private networks that an MX record may lead to. Without it such a record is not followed, so that nobody can aim this server at hosts inside.',
          )
          .meta({ 'x-examples': [['10.20.0.0/16']] })
          .optional(),
        host: textField('host:port', parseHost)
          .describe(
            'Everything goes to this host (a smarthost). At port 465 the connection begins with TLS; at others STARTTLS is used where it is offered.',
          )
          .meta({ 'x-examples': ['smarthost.example:587'] })
          .optional(),
        login: login
          .describe('With `host`: how to sign in there; then only over TLS with a valid certificate.')
          .optional(),
        maildir: textField('path', parsePath)
          .describe(
            'Nothing leaves this machine: mail for other domains is kept in this folder. For trying out.',
          )
          .optional(),
      })
      .transform(outboundOf)
      .meta(only(OUTBOUND)),
  ])
  .prefault('mx')
  .transform((written): OutboundDelivery => (written === 'mx' ? { kind: 'mx', mayReach: [] } : written));

interface WrittenOutbound {
  readonly mx?: true | undefined;
  readonly mayReach?: Extract<OutboundDelivery, { kind: 'mx' }>['mayReach'] | undefined;
  readonly host?: Extract<OutboundDelivery, { kind: 'smtp' }>['to'] | undefined;
  readonly login?: z.output<typeof login> | undefined;
  readonly maildir?: string | undefined;
}

function outboundOf(written: WrittenOutbound, context: Context): OutboundDelivery {
  if (!exactlyOne(written, OUTBOUND, context)) return z.NEVER;
  const { mayReach, host, login: account, maildir } = written;
  if (mayReach !== undefined && written.mx === undefined) {
    complain(
      context,
      ['mayReach'],
      textProblem(
        'mayReach has no effect without mx',
        'A host that you name yourself may have any address; remove mayReach.',
      ),
    );
  }
  if (account !== undefined && host === undefined) {
    complain(
      context,
      ['login'],
      textProblem('login has no effect without host', 'Remove it, or name the host to sign in at.'),
    );
  }
  if (host !== undefined)
    return { kind: 'smtp', to: host, ...(account === undefined ? {} : { login: account }) };
  if (maildir !== undefined) return { kind: 'maildir', folder: maildir };
  return { kind: 'mx', mayReach: mayReach ?? [] };
}

const INBOUND = ['maildir', 'lmtp'] as const;

const inbound = z
  .strictObject({
    maildir: textField('path', parsePath)
      .describe('The folder that holds a Maildir for each account.')
      .meta({ 'x-examples': ['./mail'] })
      .optional(),
    lmtp: textField('unix:path or host:port', parseLmtp)
      .describe('An LMTP server, such as Dovecot.')
      .meta({ 'x-examples': ['unix:/run/dovecot/lmtp', '127.0.0.1:24'] })
      .optional(),
  })
  .transform((written, context): InboundDelivery => {
    if (!exactlyOne(written, INBOUND, context)) return z.NEVER;
    if (written.lmtp !== undefined) return { kind: 'lmtp', to: written.lmtp };
    return { kind: 'maildir', folder: written.maildir ?? '' };
  })
  .meta(only(INBOUND));

export const routing = z.strictObject({
  reroute: z
    .boolean()
    .default(true)
    .describe(
      '`false` is "do not reroute incoming SMTP mail": only mail for inbound and forwarded domains is accepted, and `alwaysRelay` and everything under `relay` is without effect.',
    ),
  domains: z
    .array(route)
    .prefault([])
    .describe('The routing table. Mail for a domain that no entry fits is relaying.'),
  literals: z
    .array(textField('address literal', parseAddressLiteral))
    .prefault([])
    .describe('Address literals that count as inbound, for mail to `user@[192.0.2.1]`.')
    .meta({ 'x-examples': [['[192.0.2.1]']] }),
  outbound: outbound
    .describe(
      'Where mail for other domains goes: `mx`, or a smarthost, or a folder. Loopback and private addresses are only reached where they are named here or in `forward`.',
    )
    .meta({
      'x-examples': [
        'mx',
        { host: 'smarthost.example:587', login: { user: 'contoso', passwordFile: './smarthost.password' } },
      ],
    }),
  inbound: inbound
    .describe('Where mail for the inbound domains is delivered.')
    .meta({
      'x-default': 'Maildirs in `mail` in the data folder',
      'x-examples': [{ maildir: './mail' }, { lmtp: 'unix:/run/dovecot/lmtp' }],
    })
    .optional(),
});
