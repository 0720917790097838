/** Couriers for tests, with what they need and a record of what they told. */
import { createResolver, type Resolver } from '../../dns/mod.ts';
import { startDnsServer, type DnsServer } from '../../dns/testing/mod.ts';
import type { Emit } from '../../std/mod.ts';
import type { DeliverEvents } from '../events.ts';
import { createLmtpCourier } from '../lmtpCourier.ts';
import { createSmtpCourier, type SmtpCourierOptions } from '../smtpCourier.ts';
import type { Courier } from '../types.ts';

export interface Told {
  readonly name: keyof DeliverEvents;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Setup extends AsyncDisposable {
  readonly courier: Courier;
  readonly dns: DnsServer;
  readonly resolver: Resolver;
  readonly told: readonly Told[];
  /** The fields of the events of that name. */
  tellings(name: keyof DeliverEvents): readonly Told['fields'][];
}

export function record(): { readonly told: Told[]; readonly emit: Emit<DeliverEvents> } {
  const told: Told[] = [];
  return { told, emit: (name, fields) => void told.push({ name, fields: { ...fields } }) };
}

/** `connectionsPerHost` is 5, and a connection rests for a minute, unless given. */
export async function smtpSetup(options: Partial<SmtpCourierOptions> = {}): Promise<Setup> {
  return await setup((shared) =>
    createSmtpCourier({
      hostname: 'relay.test',
      tls: 'opportunistic',
      connectionsPerHost: 5,
      idleMs: 60_000,
      ownAddresses: [],
      mayReach: [],
      ...shared,
      ...options,
    }),
  );
}

export async function lmtpSetup(): Promise<Setup> {
  return await setup((shared) =>
    createLmtpCourier({ hostname: 'relay.test', connectionsPerHost: 5, idleMs: 60_000, ...shared }),
  );
}

async function setup(
  make: (shared: { readonly resolver: Resolver; readonly emit: Emit<DeliverEvents> }) => Courier,
): Promise<Setup> {
  const dns = await startDnsServer();
  const resolver = createResolver({ servers: [dns.address], timeoutMs: 5000, attempts: 1 });
  const { told, emit } = record();
  const courier = make({ resolver, emit });
  return {
    courier,
    dns,
    resolver,
    told,
    tellings: (name) => told.filter((one) => one.name === name).map(({ fields }) => fields),
    async [Symbol.asyncDispose]() {
      await courier[Symbol.asyncDispose]();
      await resolver[Symbol.asyncDispose]();
      await dns[Symbol.asyncDispose]();
    },
  };
}
