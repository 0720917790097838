/** Services for sessions in tests, small and real: a list of mailboxes, a list of messages, files in memory. */
import { Buffer } from 'node:buffer';
import type { DnsFacts } from '../../facts/mod.ts';
import { parseDomain, type Domain } from '../../mail/mod.ts';
import { compilePolicy, type PolicySource } from '../../policy/mod.ts';
import { compileScreen, type ScreenSource } from '../../screen/mod.ts';
import { screenSource } from '../../screen/testing/kit.ts';
import { NO_COMPAT } from '../../smtp/mod.ts';
import { parseCidr, type Emit, type IpRange } from '../../std/mod.ts';
import type {
  AccountStanding,
  After,
  BodySink,
  Guard,
  IncomingMessage,
  ListenerSettings,
  LoginVerdict,
  Restraint,
  SessionEvents,
  SessionHistory,
  SessionServices,
  Turn,
} from '../mod.ts';

export interface World {
  readonly settings: ListenerSettings;
  readonly policy: PolicySource;
  readonly client: string;
  readonly local: string;
  /** login -> what verification says, and when. */
  readonly verify: (login: string, password: string) => Promise<LoginVerdict>;
  readonly standing: (account: string) => AccountStanding;
  readonly accepts: boolean;
  readonly store: (message: IncomingMessage) => Promise<'stored' | 'full' | 'failed'>;
  readonly inlineLimit: number;
  readonly restrain: Restraint['check'];
  readonly guard: Guard;
  readonly screen: Partial<ScreenSource>;
  /** What DNS says of the client, and when. */
  readonly dns: () => Promise<DnsFacts>;
  readonly owns: (account: string, address: string) => boolean;
  readonly turn: Turn['request'];
}

export const SETTINGS: ListenerSettings = {
  name: 'internet',
  purpose: 'transfer',
  hostname: 'mx.inbound.test',
  auth: 'optional',
  authWithoutTls: true,
  tlsAvailable: true,
  compat: NO_COMPAT,
  greetingDelay: 0,
  offers: {
    smtpUtf8: true,
    chunking: true,
    dsn: true,
    requireTls: true,
    limits: true,
    etrn: false,
    deliverBy: false,
    futureRelease: undefined,
  },
  mayXclient: () => false,
  mayXforward: () => false,
  mayTurn: () => true,
  limits: {
    messageSize: 1_000_000,
    recipients: 100,
    messagesPerConnection: 100,
    hops: 50,
    errors: 20,
    softErrors: 20,
    junkCommands: 100,
    headerSize: 256 * 1024,
    headerFields: 1000,
    textLine: 128 * 1024,
    minimumRate: 0,
  },
  timeouts: { command: 300_000, data: 180_000, session: 3_600_000, beforeTls: 60_000, beforeAuth: 120_000 },
};

export function domain(text: string): Domain {
  const parsed = parseDomain(text);
  if (parsed === undefined) throw new Error(`not a domain: ${text}`);
  return parsed;
}

function range(text: string): IpRange {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`not a range: ${text}`);
  return parsed;
}

const place = { file: 'test.yaml', line: 1, column: 1 };

export const POLICY: PolicySource = {
  reroute: true,
  routes: [
    { domain: domain('inbound.test'), subdomains: false, action: { kind: 'inbound' }, place },
    {
      domain: domain('relaydom.test'),
      subdomains: false,
      action: { kind: 'forward', to: { host: '127.0.0.1', port: 25 } },
      place,
    },
  ],
  never: [],
  allow: [
    { name: 'staff', authenticated: 'any', place },
    { name: 'office', from: [range('127.0.1.0/25')], place },
  ],
  postmasterDomain: domain('inbound.test'),
  literals: [],
};

const NOTHING_KNOWN: DnsFacts = { name: { kind: 'unknown' }, lists: [] };

export const PERMISSIVE_GUARD: Guard = {
  before: () => Promise.resolve({ kind: 'try', delayMs: 0 }),
  after: () => undefined,
  unknownRecipient: () => ({ delayMs: 0, end: false }),
};

export const USUAL: World = {
  settings: SETTINGS,
  policy: POLICY,
  client: '127.0.0.66',
  local: '127.0.0.1',
  verify: (login, password) =>
    Promise.resolve(
      login === 'alice@inbound.test' && password === 'secret' ? { account: login } : 'rejected',
    ),
  standing: () => 'enabled',
  accepts: true,
  store: () => Promise.resolve('stored'),
  inlineLimit: 256 * 1024,
  restrain: () => undefined,
  guard: PERMISSIVE_GUARD,
  screen: {},
  dns: () => Promise.resolve(NOTHING_KNOWN),
  owns: (account, address) => account === address,
  turn: () => 'nothing',
};

const MAILBOXES = new Set(['bob@inbound.test', 'postmaster@inbound.test', 'alice@inbound.test']);

/** What the sessions of a test have stored. */
export class Kept {
  readonly messages: IncomingMessage[] = [];
  /** Large bodies that are open or finished and not discarded, by id. */
  readonly files = new Map<string, Buffer[]>();
  readonly decided: Parameters<SessionHistory['decided']>[0][] = [];
  readonly accepted: Parameters<SessionHistory['accepted']>[0][] = [];

  content(index: number): string {
    const body = this.messages[index]?.body;
    if (body === undefined) throw new Error(`no message ${index}`);
    const octets = body.kind === 'memory' ? body.bytes : Buffer.concat(this.files.get(body.path) ?? []);
    return octets.toString('latin1');
  }

  open(id: string): BodySink {
    const chunks: Buffer[] = [];
    this.files.set(id, chunks);
    return {
      write: (chunk) => {
        chunks.push(chunk);
        return Promise.resolve();
      },
      finish: () =>
        Promise.resolve({
          kind: 'file',
          path: id,
          size: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
        }),
      discard: () => {
        this.files.delete(id);
        return Promise.resolve();
      },
    };
  }
}

export interface Surroundings {
  readonly kept: Kept;
  readonly emit: Emit<SessionEvents>;
  readonly now: () => number;
  /** Of the system unless the test has its own time. */
  readonly after?: After;
}

const systemAfter: After = (ms, call) => {
  const timer = setTimeout(call, ms).unref();
  return () => clearTimeout(timer);
};

export function services(
  world: World,
  { kept, emit, now, after = systemAfter }: Surroundings,
): SessionServices {
  const policy = compilePolicy(world.policy);
  const screen = compileScreen(
    screenSource({ routes: world.policy.routes, grants: world.policy.allow, ...world.screen }),
  );
  let ids = 0;
  return {
    policy: () => policy,
    restraint: { check: world.restrain },
    history: {
      decided: (record) => kept.decided.push(record),
      accepted: (record) => kept.accepted.push(record),
    },
    directory: {
      lookup: ({ localKey, domain: at }) => (MAILBOXES.has(`${localKey}@${at}`) ? 'known' : 'unknown'),
    },
    authenticator: {
      verify: world.verify,
      owns: world.owns,
      standing: world.standing,
    },
    intake: {
      accepts: () => world.accepts,
      newId: () => `ID${(ids += 1)}`,
      inlineLimit: world.inlineLimit,
      openBody: (id) => Promise.resolve(kept.open(id)),
      store: async (message) => {
        const result = await world.store(message);
        if (result === 'stored') kept.messages.push(message);
        return result;
      },
    },
    guard: world.guard,
    facts: { look: () => ({ now: NOTHING_KNOWN, settle: world.dns }) },
    screen: () => screen,
    turn: { request: world.turn },
    after,
    clock: { now },
    emit,
  };
}
