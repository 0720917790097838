/** The lines of the reply to EHLO and LHLO: a keyword and its arguments for each extension that works now. */
import { formatTimestamp } from '../../smtp/mod.ts';
import { working } from '../extensions.ts';
import type { CommandState, Hello } from '../state.ts';
import type { Circumstances } from '../step.ts';
import type { ListenerSettings, Offers } from '../types.ts';
import { authPossible } from './auth.ts';

const SECOND = 1000;

export function offered(
  hello: Hello,
  state: CommandState,
  { settings, client, now }: Circumstances,
): string[] {
  const works = working(hello.verb, state, settings);
  return [
    'PIPELINING',
    `SIZE ${settings.limits.messageSize}`,
    '8BITMIME',
    ...keyword('SMTPUTF8', works.smtpUtf8),
    ...keyword('CHUNKING', works.chunking),
    ...keyword('BINARYMIME', works.chunking),
    ...keyword('DSN', works.dsn),
    'ENHANCEDSTATUSCODES',
    ...keyword('STARTTLS', settings.tlsAvailable && state.tls === undefined), // RFC 3207 4.2
    ...authentication(state, settings),
    ...keyword('REQUIRETLS', works.requireTls),
    ...(works.limits ? [limits(settings)] : []),
    ...keyword('DELIVERBY', works.deliverBy),
    ...futureRelease(works.futureRelease, now),
    ...keyword('ETRN', works.etrn && settings.mayTurn({ client, account: state.account })),
    // Only those who may use it are told of it, and what of it is looked at.
    ...keyword('XCLIENT ADDR PORT DESTADDR DESTPORT NAME HELO PROTO LOGIN', settings.mayXclient(client)),
    ...keyword('XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE', settings.mayXforward(client)),
  ];
}

function keyword(name: string, works: boolean): string[] {
  return works ? [name] : [];
}

function authentication(state: CommandState, settings: ListenerSettings): string[] {
  if (!authPossible(state, settings)) return [];
  return ['AUTH PLAIN LOGIN', ...keyword('AUTH=LOGIN PLAIN', settings.compat.authLoginEquals)];
}

/** RFC 9422 3: only what is true. There is no limit of domains, so RCPTDOMAINMAX is not said. */
function limits({ limits: { messagesPerConnection, recipients } }: ListenerSettings): string {
  return `LIMITS MAILMAX=${messagesPerConnection} RCPTMAX=${recipients}`;
}

/** RFC 4865 3: the longest interval in seconds, and the moment that it ends now. */
function futureRelease(works: Offers['futureRelease'], now: number): string[] {
  if (works === undefined) return [];
  return [`FUTURERELEASE ${works.maxSeconds} ${formatTimestamp(now + works.maxSeconds * SECOND)}`];
}
