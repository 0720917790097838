/** The endpoints of a domain, by its MX records: RFC 5321 5.1. */
import type { AddressesAnswer, MxHost, Resolver } from '../dns/mod.ts';
import { foldAscii, literalIp, parseLiteral } from '../mail/mod.ts';
import type { Emit, IpAddress } from '../std/mod.ts';
import { tcpEndpoint, type Endpoint, type Protection } from './endpoint.ts';
import type { DeliverEvents, PassedOver } from './events.ts';
import type { Standing } from './reach.ts';
import { alternating, type Route } from './route.ts';
import { deferred, failed, oneLine, type Verdict } from './verdict.ts';

export interface MxRouteOptions {
  readonly hostname: string;
  readonly resolver: Resolver;
  readonly port: number;
  readonly protection: Protection;
  readonly standing: (address: IpAddress) => Standing;
  readonly emit: Emit<DeliverEvents>;
  readonly signal: AbortSignal;
}

type HostOptions = MxRouteOptions & Pick<Endpoint, 'proven'>;

/** Why nothing, or not everything, could be tried; the first that applies is told. */
interface Findings {
  unknownNow: string | undefined;
  ourselves: boolean;
  notPublic: boolean;
}

export async function* mxRoute(domain: string, options: MxRouteOptions): Route {
  const literal = parseLiteral(domain);
  if (literal !== undefined) return yield* toLiteral(domain, literalIp(literal), options);
  const answer = await options.resolver.mx(domain, options.signal);
  if (answer.kind === 'found') {
    // RFC 8689 4.2.1 (4): where there is no MX record, the name is that of the domain itself.
    return yield* alongHosts(domain, answer.hosts, { ...options, proven: answer.implicit });
  }
  if (answer.kind === 'temporary') {
    return deferred('4.4.3', `The mail hosts of ${domain} cannot be looked up now: ${answer.text}`);
  }
  return answer.kind === 'nullMx'
    ? failed('5.1.10', `The domain ${domain} accepts no mail`)
    : failed('5.1.2', `The domain ${domain} does not exist`);
}

/** RFC 5321 4.1.3: a literal names the host itself. */
async function* toLiteral(domain: string, address: IpAddress, options: MxRouteOptions): Route {
  const standing = options.standing(address);
  if (standing === 'reachable') {
    yield endpointAt(address.text, address, { ...options, proven: true });
    return undefined;
  }
  const findings: Findings = { unknownNow: undefined, ourselves: false, notPublic: false };
  note(findings, standing);
  passOver(options, { domain, host: domain, address: address.text, reason: standing });
  return conclusion(domain, findings, false);
}

/** The hosts of one preference at a time: their addresses are looked up together, and only when it is their turn. */
async function* alongHosts(domain: string, hosts: readonly MxHost[], options: HostOptions): Route {
  const findings: Findings = { unknownNow: undefined, ourselves: false, notPublic: false };
  let tried = false;
  for (const group of byPreference(hosts)) {
    const endpoints = await endpointsOf(domain, group, { ...options, findings });
    // RFC 5321 5.1: where we stand in the list ourselves, it ends.
    if (findings.ourselves) break;
    tried ||= endpoints.length > 0;
    yield* endpoints;
  }
  return conclusion(domain, findings, tried);
}

async function endpointsOf(
  domain: string,
  group: readonly MxHost[],
  options: HostOptions & { readonly findings: Findings },
): Promise<readonly Endpoint[]> {
  const answers = await Promise.all(
    group.map(({ host }) => options.resolver.addresses(host, options.signal)),
  );
  const endpoints: Endpoint[] = [];
  for (const [place, { host }] of group.entries()) {
    const answer = answers[place];
    if (host === foldAscii(options.hostname)) {
      options.findings.ourselves = true;
      passOver(options, { domain, host, address: null, reason: 'ourselves' });
    } else if (answer?.kind === 'found') {
      for (const address of alternating(answer.addresses)) {
        const standing = options.standing(address);
        if (standing === 'reachable') endpoints.push(endpointAt(host, address, options));
        else passOver(options, { domain, host, address: address.text, reason: standing });
        note(options.findings, standing);
      }
    } else if (answer !== undefined) {
      withoutAddress(domain, host, answer, options);
    }
  }
  return endpoints;
}

function withoutAddress(
  domain: string,
  host: string,
  answer: Exclude<AddressesAnswer, { kind: 'found' }>,
  options: MxRouteOptions & { readonly findings: Findings },
): void {
  const unknown = answer.kind === 'temporary';
  if (unknown) options.findings.unknownNow ??= `${oneLine(host)}: ${answer.text}`;
  passOver(options, { domain, host, address: null, reason: unknown ? 'unknownNow' : 'noAddress' });
}

function note(findings: Findings, standing: Standing): void {
  if (standing === 'ourselves') findings.ourselves = true;
  if (standing === 'notPublic') findings.notPublic = true;
}

function conclusion(domain: string, findings: Findings, tried: boolean): Verdict | undefined {
  if (findings.unknownNow !== undefined) {
    const words = `The address of a mail host of ${domain} cannot be looked up now: ${findings.unknownNow}`;
    return deferred('4.4.3', words);
  }
  // What the endpoints said counts for more than those that were left out.
  if (tried) return undefined;
  if (findings.ourselves)
    return failed('5.4.6', `Mail for ${domain} would come back to this server: its MX is this host`);
  if (findings.notPublic) {
    return failed(
      '5.4.4',
      `The mail hosts of ${domain} have no public address, and mail may not be sent to private ones`,
    );
  }
  return failed('5.4.4', `No mail host of ${domain} has an address`);
}

function endpointAt(host: string, address: IpAddress, options: HostOptions): Endpoint {
  const peer = { name: host, address: address.text, port: options.port };
  return tcpEndpoint('smtp', peer, {
    protection: options.protection,
    login: undefined,
    proven: options.proven,
  });
}

function passOver(
  options: MxRouteOptions,
  fields: {
    readonly domain: string;
    readonly host: string;
    readonly address: string | null;
    readonly reason: PassedOver;
  },
): void {
  options.emit('outbound.passedOver', { ...fields, host: oneLine(fields.host) });
}

function* byPreference(hosts: readonly MxHost[]): Generator<readonly MxHost[], void, undefined> {
  let group: MxHost[] = [];
  for (const host of hosts) {
    if (group[0] !== undefined && group[0].preference !== host.preference) {
      yield group;
      group = [];
    }
    group.push(host);
  }
  if (group.length > 0) yield group;
}
