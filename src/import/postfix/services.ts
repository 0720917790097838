/** The entrances of Postfix: the services of master.cf that speak SMTP with clients, and what each permits. */
import type { IpAddress } from '../../std/mod.ts';
import { formatHost, parseIp } from '../../std/mod.ts';
import type { Remark } from '../types.ts';
import type { Destinations } from './destinations.ts';
import { hasParents } from './destinations.ts';
import { evaluate } from './evaluate.ts';
import type { Judging } from './evaluate.ts';
import { splitList } from './lines.ts';
import type { Service } from './masterCf.ts';
import type { Networks } from './matchLists.ts';
import { EVERYTHING, common } from './pieces.ts';
import type { Piece } from './pieces.ts';
import { MASTER } from './settings.ts';
import type { Settings } from './settings.ts';
import { readTable } from './tables.ts';
import type { TableContext } from './tables.ts';
import { portOf } from './transports.ts';

export interface Entrance {
  readonly service: Service;
  readonly port: number;
  /** `0.0.0.0:25`, `[::1]:587` */
  readonly bind: readonly string[];
  readonly tls: 'offered' | 'required' | 'implicit';
  readonly signsInWithoutTls: boolean;
  /** What clients may send that have not signed in. */
  readonly anonymous: readonly Piece[];
  /** What clients may send that have; undefined: nobody can sign in here. */
  readonly signedIn: readonly Piece[] | undefined;
  readonly networks: Networks;
}

export interface ServiceContext extends TableContext {
  readonly settings: Settings;
  readonly destinations: Destinations;
  readonly networks: (service: Service) => Networks;
}

/** The services that take mail by SMTP over the network, each with the service that answers there. */
export function smtpServices(
  services: readonly Service[],
  tell: (remark: Remark) => void,
): readonly { readonly listening: Service; readonly service: Service }[] {
  return services.flatMap((listening) => {
    if (listening.type !== 'inet') return [];
    if (listening.command === 'smtpd') return [{ listening, service: listening }];
    const where = { file: MASTER, line: listening.line };
    const behind = services.find(({ type, command }) => type === 'pass' && command === 'smtpd');
    if (listening.command === 'postscreen' && behind !== undefined) {
      tell({
        what: `${listening.name} postscreen`,
        where,
        why: 'Postern has no postscreen; clients come to the listener at once.',
      });
      return [{ listening, service: behind }];
    }
    tell({
      what: `${listening.name} ${listening.command}`,
      where,
      why: 'The service does not take mail by SMTP, or Postern has nothing of its kind.',
    });
    return [];
  });
}

/** Undefined when Postern cannot listen there; that is told. */
export function readEntrance(
  listening: Service,
  service: Service,
  context: ServiceContext,
): Entrance | undefined {
  const { settings } = context;
  const where = { file: MASTER, line: listening.line };
  const [, host, portName = ''] = /^(?:(\[[^\]]*\]|[^:]*):)?([^:]+)$/.exec(listening.name) ?? [];
  const port = portOf(portName);
  if (port === undefined) {
    context.tell({
      what: listening.name,
      where,
      why: 'The port is neither a number nor a name of a mail service.',
    });
    return undefined;
  }
  const networks = context.networks(service);
  const tls = tlsOf(service, settings);
  const canSignIn = settings.isYes('smtpd_sasl_auth_enable', service);
  return {
    service: listening,
    port,
    bind: addressesOf(host, listening, context).map((address) => formatHost({ host: address, port })),
    tls,
    signsInWithoutTls: canSignIn && tls === 'offered' && !settings.isYes('smtpd_tls_auth_only', service),
    anonymous: permittedBy(service, networks, false, context),
    signedIn: canSignIn ? permittedBy(service, networks, true, context) : undefined,
    networks,
  };
}

function tlsOf(service: Service, settings: Settings): Entrance['tls'] {
  if (settings.isYes('smtpd_tls_wrappermode', service)) return 'implicit';
  const level = settings.get('smtpd_tls_security_level', service).text;
  return level === 'encrypt' || settings.isYes('smtpd_enforce_tls', service) ? 'required' : 'offered';
}

/** The addresses to bind. Names other than localhost are not looked up: what they mean here may not be what they mean there. */
function addressesOf(
  host: string | undefined,
  listening: Service,
  context: ServiceContext,
): readonly string[] {
  const { settings } = context;
  const setting = settings.get('inet_interfaces');
  const families = familiesOf(settings);
  const names = host === undefined || host === '' ? splitList(setting.text) : [host];
  const where = host === undefined || host === '' ? setting.where : { file: MASTER, line: listening.line };
  const addresses = names.flatMap((name): readonly string[] => {
    switch (name.toLowerCase()) {
      case 'all':
        return ['0.0.0.0', '::'];
      case 'loopback-only':
      case 'localhost':
        return ['127.0.0.1', '::1'];
      default: {
        const address = parseIp(name.replace(/^\[(?:ipv6:)?(.*)\]$/i, '$1'));
        if (address !== undefined) return [address.text];
        context.tell({
          what: `${name} in ${setting.name}`,
          where,
          why: 'It is the name of a host, which is not looked up.',
          remedy: 'Write its addresses into the listener.',
        });
        return [];
      }
    }
  });
  const known = [...new Set(addresses)].filter((address) => families.includes(parseIp(address)?.family ?? 4));
  return known.length > 0 ? known : ['127.0.0.1'];
}

function familiesOf(settings: Settings): readonly IpAddress['family'][] {
  const protocols = settings.list('inet_protocols').map((each) => each.toLowerCase());
  const all = protocols.includes('all') || protocols.length === 0;
  return ([4, 6] as const).filter((family) => all || protocols.includes(`ipv${family}`));
}

interface ListOf {
  readonly name: string;
  /** The stage of the session at which the list is looked at when nothing delays it. */
  readonly stage: 'connect' | 'sender' | 'recipient';
}

const LISTS: readonly ListOf[] = [
  { name: 'smtpd_client_restrictions', stage: 'connect' },
  { name: 'smtpd_helo_restrictions', stage: 'connect' },
  { name: 'smtpd_sender_restrictions', stage: 'sender' },
  { name: 'smtpd_relay_restrictions', stage: 'recipient' },
  { name: 'smtpd_recipient_restrictions', stage: 'recipient' },
  { name: 'smtpd_data_restrictions', stage: 'recipient' },
  { name: 'smtpd_end_of_data_restrictions', stage: 'recipient' },
];

/** What every list of the service permits. */
function permittedBy(
  service: Service,
  networks: Networks,
  signedIn: boolean,
  context: ServiceContext,
): readonly Piece[] {
  const { settings } = context;
  if (!guardsRelaying(service, settings)) {
    context.tell({
      what: 'smtpd_relay_restrictions',
      where: settings.get('smtpd_relay_restrictions', service).where,
      why: 'Neither it nor smtpd_recipient_restrictions holds a restriction that refuses, so Postfix takes no mail at all here, and neither would Postern relay any.',
    });
    return [];
  }
  const delayed = settings.isYes('smtpd_delay_reject', service);
  const permitted = LISTS.map(({ name, stage }) => {
    const setting = settings.get(name, service);
    if (setting.text === '') return [EVERYTHING];
    const judging: Judging = {
      networks,
      destinations: context.destinations.recipients,
      // Without delay the client is judged before it could sign in.
      signedIn: signedIn && (delayed || stage !== 'connect'),
      list: { name, where: setting.where },
      knows: { sender: delayed || stage !== 'connect', recipient: delayed || stage === 'recipient' },
      parents: hasParents('smtpd_access_maps', settings),
      table: (spec, where) => readTable(spec, where, context),
      restrictionClass: (each) =>
        settings.list('smtpd_restriction_classes').includes(each) ? settings.list(each, service) : undefined,
      tell: context.tell,
    };
    return evaluate(setting.text, judging);
  }).reduce(common);
  return behindProxy(permitted, service, context);
}

/**
 * Behind a proxy the address of a client is what the proxy says. Postern takes it from proxies that are declared only, and
 * for others a grant for the address of the proxy would hold for everybody.
 */
function behindProxy(
  pieces: readonly Piece[],
  service: Service,
  { settings, tell }: ServiceContext,
): readonly Piece[] {
  const setting = ['smtpd_upstream_proxy_protocol', 'postscreen_upstream_proxy_protocol']
    .map((name) => settings.get(name, service))
    .find(({ text }) => text !== '');
  if (setting === undefined) return pieces;
  const doubt = {
    what: `${setting.name} = ${setting.text}`,
    where: setting.where,
    why: 'Behind a proxy the address of the client is that of the proxy, until the proxy is declared under proxies.',
  };
  tell(doubt);
  return pieces.map((piece) => ({ ...piece, doubts: [...piece.doubts, doubt] }));
}

const GUARDS = /\b(?:reject_unauth_destination|defer_unauth_destination|reject|defer|defer_if_permit)\b/;

/** Without one of these Postfix refuses to work, so that nobody forgets about relaying. */
function guardsRelaying(service: Service, settings: Settings): boolean {
  const lists = ['smtpd_relay_restrictions', 'smtpd_recipient_restrictions'].flatMap((name) =>
    settings.list(name, service),
  );
  return lists.some((item) => GUARDS.exec(item)?.[0] === item);
}
