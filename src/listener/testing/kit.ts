/** A listener in this process and clients of it, over real sockets. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { SecureContext } from 'node:tls';
import { Kept, services, SETTINGS, USUAL, type World } from '../../session/testing/services.ts';
import { Admission, Listener, Stress, tlsContext, type ListenerOptions } from '../mod.ts';
import { ensureCertificate } from '../certificate.ts';

let folder: string;
let secureContext: SecureContext;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-listener-'));
  const pair = await ensureCertificate(folder, 'mx.inbound.test', Date.now());
  secureContext = tlsContext({ ...pair, minVersion: 'TLSv1.2' });
});
after(async () => {
  await rm(folder, { recursive: true });
});

export interface Running {
  readonly listener: Listener;
  readonly port: number;
  readonly kept: Kept;
  readonly events: string[];
  /** With their fields. */
  readonly told: (readonly [string, ...unknown[]])[];
  readonly stress: Stress;
  readonly admission: Admission;
  readonly advance: (milliseconds: number) => void;
}

export async function run(
  context: TestContext,
  options: Partial<ListenerOptions> & { world?: Partial<World>; limit?: number } = {},
): Promise<Running> {
  const port = await freePort();
  const events: string[] = [];
  const told: (readonly [string, ...unknown[]])[] = [];
  const kept = new Kept();
  const stress = new Stress();
  const emit = (...event: readonly [string, ...unknown[]]): void => {
    events.push(event[0]);
    told.push(event);
  };
  let now = Date.now();
  const limit = options.limit ?? 100;
  const admission = new Admission(() => ({
    connections: limit + 1,
    connectionsPerAddress: limit,
    connectionsPerSecond: 1000,
    connectionsPerSecondPerAddress: 1000,
  }));
  let sessions = 0;
  const listener = await Listener.open({
    bind: [{ host: '127.0.0.1', port }],
    implicitTls: false,
    settings: () => SETTINGS,
    secureContext: () => secureContext,
    services: services({ ...USUAL, ...options.world }, { kept, emit, now: () => now }),
    admission,
    stress,
    proxies: () => [],
    nextSession: () => `T${(sessions += 1)}`,
    reusePort: true,
    emit,
    ...options,
  });
  context.after(() => listener[Symbol.asyncDispose]());
  const advance = (milliseconds: number): void => {
    now += milliseconds;
    listener.expire(now);
  };
  return { listener, port, kept, events, told, stress, admission, advance };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** A client that collects what it is sent. */
export class Probe {
  text = '';
  closed = false;
  readonly #wake = new Set<() => void>();
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#changed(() => (this.text += text)));
    socket.on('close', () => this.#changed(() => (this.closed = true)));
    socket.on('error', () => this.#changed(() => (this.closed = true)));
  }

  #changed(change: () => void): void {
    change();
    for (const wake of this.#wake) wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake.add(resolve);
      });
      this.#wake.clear();
    }
  }

  has(pattern: RegExp): Promise<void> {
    return this.until(() => pattern.test(this.text));
  }
}

export function plain(port: number, localAddress = '127.0.0.1'): Probe {
  return new Probe(connect({ port, host: '127.0.0.1', localAddress }));
}
