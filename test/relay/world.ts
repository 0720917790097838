/**
 * The world of the relay tests: mx.inbound.test with one mailbox, a domain that is forwarded and a smarthost for the rest
 * (one sink plays both), a trusted network with a never network inside, an internal address of ours, one account.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '../kit/client.ts';
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';
import { Sink } from '../kit/sink.ts';

export const PASSWORD = 'alice-secret-1';
export const HOST = 'mx.inbound.test';
export const TRUSTED = '127.0.1.5';
export const STRANGER = '127.0.0.66';

export type ListenerName = 'main' | 'internal' | 'submission';

export interface Arrivals {
  readonly maildir: readonly string[];
  readonly sink: readonly string[];
}

export class World implements AsyncDisposable {
  readonly site: Site;
  readonly sink: Sink;
  readonly ports: Readonly<Record<ListenerName, number>>;

  private constructor(site: Site, sink: Sink, ports: Readonly<Record<ListenerName, number>>) {
    this.site = site;
    this.sink = sink;
    this.ports = ports;
  }

  static async open(): Promise<World> {
    const sink = await Sink.open();
    const ports = {
      main: await freePort(),
      internal: await freePort('127.0.0.9'),
      submission: await freePort(),
    };
    const site = await Site.create(configuration(ports, sink.port));
    await site.addAccount('alice@inbound.test', PASSWORD);
    await site.addAccount('bob@inbound.test', 'bob has his own', ['postmaster@inbound.test']);
    await site.start();
    return new World(site, sink, ports);
  }

  /** A greeted client; `hello` is the greeting line. */
  async client(from: string, listener: ListenerName, hello: string | undefined): Promise<Client> {
    const host = listener === 'internal' ? '127.0.0.9' : '127.0.0.1';
    const client = await Client.greeted({ host, port: this.ports[listener], localAddress: from });
    if (hello !== undefined) await client.expect(hello, 250);
    return client;
  }

  /** What has arrived, as octets, once the queue is empty. */
  async arrivals(): Promise<Arrivals> {
    await this.site.emptied();
    return { maildir: await this.#maildir(), sink: this.sink.messages.map(({ octets }) => octets) };
  }

  async #maildir(): Promise<readonly string[]> {
    const folder = join(this.site.folder, 'data', 'mail');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile());
    const texts = await Promise.all(
      files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    return texts.map(fromMaildir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }
}

/** A Maildir has the line ends of this system; nothing else in it may look like one. */
export function fromMaildir(text: string): string {
  if (text.includes('\r')) throw new Error('a carriage return in a Maildir');
  return text.replaceAll('\n', '\r\n');
}

function configuration(ports: Readonly<Record<ListenerName, number>>, sink: number): string {
  return `
hostname: ${HOST}
listeners:
  main: { bind: ["127.0.0.1:${ports.main}"] }
  internal: { bind: ["127.0.0.9:${ports.internal}"] }
  submission: { bind: ["127.0.0.1:${ports.submission}"], for: submission }
routing:
  domains:
    - { domain: inbound.test, inbound: true }
    - { domain: relaydom.test, forward: "127.0.0.1:${sink}" }
  outbound: { host: "127.0.0.1:${sink}" }
relay:
  never:
    - { name: guests, from: [127.0.1.128/25] }
  allow:
    - { name: staff, authenticated: true }
    - { name: trusted, from: [127.0.1.0/24] }
    - { name: apps, connectingTo: [127.0.0.9] }
accounts: { defaultDomain: inbound.test, ntDomains: { INBOUND: inbound.test }, sendAs: any }
limits: { connectionsPerAddress: 1000 }
guard: { allow: [127.0.0.0/8] } # one client makes all these tries
`;
}
