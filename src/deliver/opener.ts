/**
 * From an endpoint to a connection that is ready for messages.
 *
 * RFC 5321 4.2.4.2 leaves open what a 5xx greeting means for the message. Here it ends this address only, and the next one is
 * tried; who tries the addresses decides what it means when all of them say so.
 */
import type { Emit } from '../std/mod.ts';
import { errorText } from '../std/mod.ts';
import { openChannel, type Channel } from './channel.ts';
import { ABORTED, connect } from './connect.ts';
import type { OpenConnection, Opened, Unopened } from './connection.ts';
import type { Endpoint, Protection } from './endpoint.ts';
import type { DeliverEvents } from './events.ts';
import { awaitGreeting, introduce, type Extensions } from './hello.ts';
import { limitsOf } from './limits.ts';
import { readCredentials, signIn, type Credentials } from './login.ts';
import { createLoginGuard, type LoginGuard } from './loginGuard.ts';
import { handshake, startTlsCommand, type Tls } from './protect.ts';
import type { Timeouts } from './timeouts.ts';
import type { Handed } from './types.ts';
import { brokenOff, turnedAway, unreachable, unwilling } from './unopened.ts';
import { deferred, IN_A_MAILBOX, oneLine, replyText } from './verdict.ts';

export interface OpenerOptions {
  /** How we introduce ourselves: RFC 5321 4.1.1.1. */
  readonly hostname: string;
  readonly timeouts: Timeouts;
  readonly sourceAddresses: readonly string[];
  /** Certificates (PEM) to trust instead of those of the system. */
  readonly authorities: readonly string[] | undefined;
  readonly emit: Emit<DeliverEvents>;
}

interface Opening extends OpenerOptions {
  readonly endpoint: Endpoint;
  readonly protection: Protection;
  readonly credentials: Credentials | undefined;
  readonly guard: LoginGuard;
}

type TlsFailed = { readonly kind: 'tlsFailed'; readonly unopened: Unopened };

export function createOpener(options: OpenerOptions): OpenConnection {
  const guard = createLoginGuard();
  return async (endpoint, signal) => {
    const started = performance.now();
    const opened = await openOrClear({ ...options, endpoint, guard }, signal);
    const { remote } = endpoint;
    if (opened.kind === 'open') {
      const { tls, verified } = opened.connection;
      const ms = Math.round(performance.now() - started);
      options.emit('outbound.connected', { remote, tls: tls ?? null, verified: verified ?? null, ms });
    } else if (!signal.aborted) {
      const { status, reply } = opened.verdict;
      options.emit('outbound.unavailable', { remote, status, reply });
    }
    return opened;
  };
}

async function openOrClear(
  options: Omit<Opening, 'protection' | 'credentials'>,
  signal: AbortSignal,
): Promise<Opened> {
  const { endpoint, guard } = options;
  const credentials = await credentialsFor(endpoint, options.emit);
  if (credentials !== undefined && 'kind' in credentials) return credentials;
  const known = credentials && guard.recent(endpoint.name, credentials);
  if (known !== undefined) return unwilling(known, { elsewhere: false, answered: true });

  const opened = await open({ ...options, credentials, protection: endpoint.protection }, signal);
  if (opened.kind !== 'tlsFailed') return opened;
  options.emit('outbound.tlsFailed', { remote: endpoint.remote, error: opened.unopened.verdict.reply });
  if (endpoint.protection !== 'opportunistic') return opened.unopened;
  // RFC 7435 3: what fails opportunistically goes on in clear text, on a connection that never heard of TLS.
  const again = await open({ ...options, credentials, protection: 'none' }, signal);
  return again.kind === 'tlsFailed' ? again.unopened : again;
}

async function credentialsFor(
  endpoint: Endpoint,
  emit: Emit<DeliverEvents>,
): Promise<Credentials | Unopened | undefined> {
  if (endpoint.login === undefined) return undefined;
  try {
    return await readCredentials(endpoint.login);
  } catch (error) {
    const why = errorText(error);
    const login = oneLine(endpoint.login.user);
    emit('outbound.loginRefused', {
      remote: endpoint.remote,
      login,
      reply: `the password cannot be read: ${why}`,
    });
    // The outcome may reach a sender, whom neither the path nor the user concerns.
    const words = `The password for ${endpoint.name} cannot be read`;
    return unwilling(deferred('4.3.5', words), { elsewhere: false, answered: false });
  }
}

async function open(opening: Opening, signal: AbortSignal): Promise<Opened | TlsFailed> {
  const { endpoint, timeouts, sourceAddresses } = opening;
  const socket = await connect(endpoint, { timeoutMs: timeouts.connect, sourceAddresses }, signal);
  if ('cause' in socket) return unreachable(endpoint, socket);
  const channel = openChannel(socket);
  const abort = (): void => channel.lose(ABORTED);
  signal.addEventListener('abort', abort, { once: true });
  const result = await converse(opening, channel);
  signal.removeEventListener('abort', abort);
  if (result.kind !== 'open') channel.destroy();
  return result;
}

async function converse(opening: Opening, channel: Channel): Promise<Opened | TlsFailed> {
  const { endpoint, protection, timeouts } = opening;
  let tls: Tls | undefined;
  if (protection === 'implicit' || protection === 'implicitRequired') {
    const secured = await handshake(channel, endpoint, opening);
    if (!('version' in secured)) return secured.kind === 'failed' ? tlsFailed(endpoint, secured) : secured;
    tls = secured;
  }
  const unwelcome = await awaitGreeting(channel, endpoint, timeouts);
  if (unwelcome !== undefined) return unwelcome;
  let extensions = await introduce(channel, endpoint, opening);
  if ('kind' in extensions) return extensions;

  if (tls === undefined) {
    const secured = await startTlsCommand(channel, endpoint, {
      ...opening,
      offered: extensions.has('STARTTLS'),
    });
    if (secured !== 'clear') {
      if (!('version' in secured)) return secured.kind === 'failed' ? tlsFailed(endpoint, secured) : secured;
      tls = secured;
      // RFC 3207 4.2: what was learnt in clear text is forgotten and asked again.
      extensions = await introduce(channel, endpoint, opening);
      if ('kind' in extensions) return extensions;
    }
  }
  const stopped = await authenticate(opening, channel, extensions);
  if (stopped !== undefined) return stopped;
  return {
    kind: 'open',
    connection: {
      endpoint,
      channel,
      extensions,
      remote: endpoint.remote,
      tls: tls?.version,
      verified: tls?.verified,
      limits: limitsOf(extensions),
      handed: handedTo(endpoint, extensions),
      served: 0,
      holders: 0,
      mustReset: false,
    },
  };
}

/** A mail store that says nothing of DSN has delivered (RFC 2033 4.2); one that does has yet to tell. */
function handedTo({ protocol }: Endpoint, extensions: Extensions): Handed {
  const dsn = extensions.has('DSN');
  if (protocol === 'lmtp' && !dsn) return IN_A_MAILBOX;
  return { to: 'server', dsn, deliverBy: extensions.has('DELIVERBY') };
}

/** Undefined when signed in, or when there is nothing to sign in with. */
async function authenticate(
  opening: Opening,
  channel: Channel,
  extensions: Extensions,
): Promise<Unopened | undefined> {
  const { endpoint, credentials, guard, emit } = opening;
  if (credentials === undefined) return undefined;
  const mechanisms = extensions.get('AUTH') ?? '';
  const result = await signIn(channel, credentials, { mechanisms, timeoutMs: opening.timeouts.command });
  if (result.kind === 'accepted') return undefined;
  if (result.kind === 'lost') return brokenOff(endpoint, result.loss);
  if (result.kind === 'unsupported') {
    const words = `${endpoint.remote} offers no way to sign in that we know (AUTH ${mechanisms || 'is not offered'})`;
    return unwilling(deferred('4.7.0', words), { elsewhere: true, answered: true });
  }
  const said = replyText(result.reply);
  emit('outbound.loginRefused', { remote: endpoint.remote, login: oneLine(credentials.user), reply: said });
  if (result.reply.code < 500) return turnedAway(result.reply);
  const verdict = deferred('4.7.8', `${endpoint.remote} did not accept our login: ${said}`);
  guard.refused(endpoint.name, credentials, verdict);
  // The other addresses know the same accounts.
  return unwilling(verdict, { elsewhere: false, answered: true });
}

function tlsFailed(
  endpoint: Endpoint,
  failure: { readonly loss: Parameters<typeof brokenOff>[1] },
): TlsFailed {
  return { kind: 'tlsFailed', unopened: brokenOff(endpoint, failure.loss) };
}
