/** Configurations and machines for the tests of this folder. */
import assert from 'node:assert/strict';
import { formatProblems, parseConfig } from '../../config/mod.ts';
import type { Config } from '../../config/mod.ts';
import type { MailboxFact } from '../../policy/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import { examine } from '../examine.ts';
import type { Examination, HostFacts, HostInterface } from '../types.ts';

export const NOW = Date.UTC(2026, 10, 24, 12);

export function configOf(yaml: string, file = 'postern.yaml'): Config {
  const reading = parseConfig(`hostname: mail.contoso.example\n${yaml}`, file, { folder: '/etc/postern' });
  if ('config' in reading) return reading.config;
  return assert.fail(formatProblems(reading.problems, { color: false }));
}

/** A configuration with these lines below `relay.allow`. */
export function withGrants(...grants: readonly string[]): Config {
  return configOf(`relay:\n  allow:\n${grants.map((grant) => `    - ${grant}\n`).join('')}`);
}

export function ip(text: string): IpAddress {
  return parseIp(text) ?? assert.fail(`${text} is no address`);
}

/** An interface with these addresses, behind which nothing is filtered loosely. */
export function nic(
  name: string,
  addresses: readonly string[],
  more: Partial<HostInterface> = {},
): HostInterface {
  return {
    name,
    loopback: name === 'lo',
    bridge: false,
    addresses: addresses.map(ip),
    reversePathFilter: 'strict',
    ...more,
  };
}

/** A machine with one network: 192.168.10.5, and the gateway 192.168.10.1. */
export function host(more: Partial<HostFacts> = {}): HostFacts {
  return {
    interfaces: [nic('lo', ['127.0.0.1', '::1']), nic('eth0', ['192.168.10.5'])],
    gateways: [ip('192.168.10.1')],
    forwards4: false,
    forwards6: false,
    inContainer: false,
    ...more,
  };
}

export interface Looking {
  readonly host?: HostFacts | undefined;
  readonly lookup?: MailboxFact;
}

export function examined(config: Config, looking: Looking = {}): Examination {
  return examine(config, { now: NOW, host: looking.host, lookup: () => looking.lookup ?? 'known' });
}

/** `warning grant-expired 7: grant old is without effect: …`, for each finding. */
export function foundIn(config: Config, looking: Looking = {}): readonly string[] {
  return examined(config, looking).findings.map(
    ({ severity, code, place, message, acknowledged }) =>
      `${acknowledged ? 'acknowledged' : severity} ${code} ${place.line}: ${message}`,
  );
}
