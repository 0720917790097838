/**
 * The composition root of a worker. The parts stand in the order in which a message meets them, seen from its end: delivery
 * first, since each part is given the one it hands on to. `docs/flow.md` walks the same way from the front.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { hostname as machineName } from 'node:os';
import { join } from 'node:path';
import { createAuthenticator, createDirectory, createMailboxes, openAccountReader } from '../accounts/mod.ts';
import { createNotifier } from '../bounce/mod.ts';
import type { Config } from '../config/mod.ts';
import { createLmtpCourier, createMaildirCourier, createSmtpCourier } from '../deliver/mod.ts';
import { createResolver } from '../dns/mod.ts';
import { createClientFacts } from '../facts/mod.ts';
import type { Logger } from '../observe/mod.ts';
import { createScheduler } from '../schedule/mod.ts';
import type { SessionServices } from '../session/mod.ts';
import { adoptSpools, INLINE_LIMIT_BYTES, openSpool } from '../spool/mod.ts';
import { DATA_FOLDER, errorText, systemClock } from '../std/mod.ts';
import { loadSecureContext } from './certificate.ts';
import { oneCourier } from './couriers.ts';
import { createGuard } from './guard.ts';
import { historySink } from './historySink.ts';
import { holdInForce } from './inForce.ts';
import { createIntake } from './intake.ts';
import { ORPHAN_TIME, type RequestHandlers } from './ipc.ts';
import { Listeners } from './listeners.ts';
import { queueHandlers } from './queue.ts';
import { createRestraint } from './restraint.ts';
import { sessionNames } from './sessionNames.ts';
import { connectionSettings, scheduleSettings, smtpSettings } from './settings.ts';
import { createOwnerOf, createTargetOf } from './targets.ts';
import { createTurn } from './turn.ts';
import type { SupervisorChannel } from './upward.ts';

/** How often the certificate is loaded again. Milliseconds. */
const CERTIFICATE_INTERVAL = 12 * 3_600_000;
/** The part of a drain's time after which sessions that go on are cut off; the rest is for attempts in flight. */
const SESSIONS_SHARE = 0.5;

export interface WorkerOptions {
  readonly name: string;
  readonly config: Config;
  readonly liveWorkers: readonly string[];
  /** Client addresses that look like gateways. */
  readonly suspects: readonly string[];
  /** Who counts for all workers. */
  readonly supervisor: SupervisorChannel;
  readonly logger: Logger;
  /** The spool has failed: this process must end, so that another starts on what is on the disk. */
  readonly onFailed: (error: unknown) => void;
}

export async function startWorker({
  name,
  config: first,
  liveWorkers,
  suspects,
  supervisor,
  logger,
  onFailed,
}: WorkerOptions): Promise<RequestHandlers> {
  const { emit } = logger;
  const clock = systemClock;
  const inForce = await holdInForce(first, loadSecureContext);
  const { data, dns } = first;

  // accounts: who may sign in, and which mailboxes there are
  const accounts = openAccountReader(join(data, DATA_FOLDER.accounts), { emit });
  const directory = createDirectory(accounts);
  const mailboxes = createMailboxes(directory, () => inForce.current.config.postmaster);
  const authenticator = createAuthenticator({
    accounts,
    rules: () => inForce.current.config.accounts,
    clock,
    emit,
  });

  // deliver
  const { servers } = dns;
  const asking = { ...(servers && { servers }), timeoutMs: dns.timeout, attempts: dns.attempts, emit };
  const resolver = createResolver(asking);
  const shared = { ...connectionSettings(first), resolver, emit };
  const smtp = createSmtpCourier({ ...shared, ...smtpSettings(first) });
  const courier = oneCourier({
    smtp,
    mx: smtp,
    lmtp: createLmtpCourier(shared),
    maildir: createMaildirCourier({
      resolveOwner: createOwnerOf(mailboxes, () => inForce.current.policy),
      hostname: machineName(),
      emit,
    }),
  });

  // spool
  const folder = join(data, DATA_FOLDER.spool);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await adoptSpools(folder, name, liveWorkers, emit);
  const spool = await openSpool({ folder, name, emit, lockWaitMs: ORPHAN_TIME + 1_000, onFailed });

  // history: what the sessions and the schedule tell goes to the supervisor, which writes it
  const history = historySink({
    supervisor,
    recorded: () => inForce.current.config.history !== 'off',
    clock,
    emit,
  });

  // schedule, with bounce: what cannot be delivered comes back as a new message
  const scheduler = createScheduler({
    ...scheduleSettings(first),
    targetOf: createTargetOf(first, inForce.current.policy),
    spool,
    courier,
    notify: createNotifier({ hostname: first.hostname, clock, newId: () => spool.newId(), randomBoundary }),
    clock,
    emit: history.tap(emit),
    onFailed,
  });

  // facts: what DNS says of clients, with a resolver of its own, so that a flood of them holds up no delivery
  const facts = createClientFacts({
    resolver: createResolver(asking),
    settings: () => inForce.current.facts,
    clock,
    emit,
  });

  // policy and session, with the ledger: what the supervisor counts for all workers
  const restraint = createRestraint({ inForce: () => inForce.current, supervisor, suspects, clock });
  const services: SessionServices = {
    policy: () => inForce.current.policy,
    screen: () => inForce.current.screen,
    facts,
    restraint,
    guard: createGuard({ inForce: () => inForce.current, supervisor, clock }),
    history: history.sessions,
    directory: mailboxes,
    authenticator: {
      verify: (login, password) => authenticator.verify(login, password),
      owns: (account, address) => authenticator.owns(account, address),
      standing: (account) => directory.standing(account),
    },
    intake: createIntake({ spool, scheduler, inlineLimit: INLINE_LIMIT_BYTES }),
    turn: createTurn({
      config: () => inForce.current.config,
      scheduler,
      tellOthers: (turn) => {
        if (liveWorkers.length > 1) supervisor.tell('turn', { from: name, ...turn });
        return liveWorkers.length > 1;
      },
    }),
    after: callAfter,
    clock,
    emit,
  };

  // listener
  const listeners = new Listeners({
    config: () => inForce.current.config,
    secureContext: () => inForce.current.secureContext,
    services,
    nextSession: sessionNames(name),
    emit,
  });

  scheduler.start();
  await listeners.apply();

  // What a certificate service renewed, and our own that nears its end, count without a reload.
  const renewal = setInterval(() => {
    inForce
      .renewCertificate()
      .catch((error: unknown) => emit('certificate.failed', { error: errorText(error) }));
  }, CERTIFICATE_INTERVAL);

  return {
    ...queueHandlers(spool, scheduler),
    configure: async (config) => {
      try {
        await inForce.replace(config, () => listeners.apply());
      } catch (error) {
        return { problem: errorText(error) };
      }
      logger.setLevel(config.log.level);
      scheduler.reconfigure({
        ...scheduleSettings(config),
        targetOf: createTargetOf(config, inForce.current.policy),
      });
      return { problem: undefined };
    },
    status: async () => {
      const { messages, inFlight } = scheduler.snapshot(0);
      return { sessions: listeners.sessions, active: messages, inFlight, spool: await spool.stats() };
    },
    suspects: (addresses) => {
      restraint.suspect(addresses);
      return Promise.resolve(null);
    },
    reopenLog: async () => {
      await logger.reopen();
      return null;
    },
    drain: async ({ withinMs }) => {
      clearInterval(renewal);
      const over = AbortSignal.timeout(withinMs);
      await listeners.drain(AbortSignal.timeout(withinMs * SESSIONS_SHARE));
      await scheduler.drain(over);
      await listeners[Symbol.asyncDispose]();
      await facts[Symbol.asyncDispose]();
      await courier[Symbol.asyncDispose]();
      await scheduler[Symbol.asyncDispose]();
      await history.flush();
      await spool[Symbol.asyncDispose]();
      return null;
    },
  };
}

function callAfter(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

/** Letters and digits, too many to guess: the content of a message cannot hold it. */
function randomBoundary(): string {
  return randomBytes(18).toString('hex');
}
