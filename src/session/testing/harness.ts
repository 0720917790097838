/** A session over octets in memory, with services that are small and real: a list of mailboxes, a list of messages. */
import { Buffer } from 'node:buffer';
import { parseDomain, type Domain } from '../../mail/mod.ts';
import { compilePolicy, type PolicySource } from '../../policy/mod.ts';
import { NO_COMPAT } from '../../smtp/mod.ts';
import { parseCidr, parseIp, type Emit, type IpAddress, type IpRange } from '../../std/mod.ts';
import {
  Session,
  type IncomingMessage,
  type ListenerSettings,
  type LoginVerdict,
  type SessionEvents,
  type SessionServices,
} from '../mod.ts';

export interface World {
  readonly settings: ListenerSettings;
  readonly policy: PolicySource;
  readonly client: string;
  readonly local: string;
  /** login -> what verification says, and when. */
  readonly verify: (login: string, password: string) => Promise<LoginVerdict>;
  readonly accepts: boolean;
  readonly store: (message: IncomingMessage) => Promise<'stored' | 'full' | 'failed'>;
  readonly inlineLimit: number;
}

export const SETTINGS: ListenerSettings = {
  name: 'internet',
  purpose: 'transfer',
  hostname: 'mx.inbound.test',
  auth: 'optional',
  authWithoutTls: true,
  tlsAvailable: true,
  compat: NO_COMPAT,
  limits: { messageSize: 1_000_000, recipients: 100, messagesPerConnection: 100, hops: 50, errors: 20 },
  timeouts: { command: 300_000, data: 180_000, session: 3_600_000 },
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

function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
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

const USUAL: World = {
  settings: SETTINGS,
  policy: POLICY,
  client: '127.0.0.66',
  local: '127.0.0.1',
  verify: (login, password) =>
    Promise.resolve(
      login === 'alice@inbound.test' && password === 'secret' ? { account: login } : 'rejected',
    ),
  accepts: true,
  store: () => Promise.resolve('stored'),
  inlineLimit: 256 * 1024,
};

const MAILBOXES = new Set(['bob@inbound.test', 'postmaster@inbound.test', 'alice@inbound.test']);

export interface LoggedEvent {
  readonly name: string;
  readonly fields: object;
}

/** One client's connection. */
export class Harness {
  readonly session: Session;
  readonly events: LoggedEvent[] = [];
  readonly messages: IncomingMessage[] = [];
  /** Large bodies that are open or finished and not discarded, by id. */
  readonly files = new Map<string, Buffer[]>();
  output = '';
  ended = false;
  tlsAsked = 0;
  paused = false;
  /** Octets the client pretends not to have read. */
  pending = 0;
  now = Date.UTC(2026, 10, 24, 12, 0, 0);
  readonly #world: World;
  #ids = 0;

  constructor(world: Partial<World> = {}) {
    this.#world = { ...USUAL, ...world };
    const { client, local, settings } = this.#world;
    const peer = { id: 'T1', client: ip(client), clientPort: 40_000, localAddress: ip(local), localPort: 25 };
    this.session = new Session(peer, this.#transport(), () => settings, this.#services());
    this.session.open();
  }

  /** Sends octets and waits until the session has nothing more to do. */
  async send(octets: string | Buffer): Promise<void> {
    this.session.receive(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** The replies so far, one string each, multi-line ones joined by `\n`; they are taken. */
  replies(): string[] {
    const replies = this.output.match(/(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\r\n/g) ?? [];
    this.output = '';
    return replies.map((reply) => reply.trimEnd().replaceAll('\r\n', '\n'));
  }

  /** The codes of the replies so far; they are taken. */
  codes(): string {
    return this.replies()
      .map((reply) => reply.slice(0, 3))
      .join(',');
  }

  content(index: number): string {
    const body = this.messages[index]?.body;
    if (body === undefined) throw new Error(`no message ${index}`);
    return body.kind === 'memory'
      ? body.bytes.toString('latin1')
      : Buffer.concat(this.files.get(body.path) ?? []).toString('latin1');
  }

  #transport(): ConstructorParameters<typeof Session>[1] {
    const pending = (): number => this.pending;
    return {
      write: (octets) => {
        this.output += octets;
      },
      get pending() {
        return pending();
      },
      pause: () => {
        this.paused = true;
      },
      resume: () => {
        this.paused = false;
      },
      startTls: () => {
        this.tlsAsked += 1;
      },
      end: () => {
        this.ended = true;
      },
    };
  }

  #services(): SessionServices {
    const emit: Emit<SessionEvents> = (name, fields) => this.events.push({ name, fields });
    const policy = compilePolicy(this.#world.policy);
    const { verify, accepts, store, inlineLimit } = this.#world;
    return {
      policy: () => policy,
      directory: {
        lookup: ({ localKey, domain: at }) => (MAILBOXES.has(`${localKey}@${at}`) ? 'known' : 'unknown'),
      },
      authenticator: { verify, owns: (account, address) => account === address },
      intake: {
        accepts: () => accepts,
        newId: () => `ID${(this.#ids += 1)}`,
        inlineLimit,
        openBody: (id) => Promise.resolve(this.#openFile(id)),
        store: async (message) => {
          const result = await store(message);
          if (result === 'stored') this.messages.push(message);
          return result;
        },
      },
      clock: { now: () => this.now },
      emit,
    };
  }

  #openFile(id: string): Awaited<ReturnType<SessionServices['intake']['openBody']>> {
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
