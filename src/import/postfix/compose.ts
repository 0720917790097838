/** Puts the parts together: what was read, what it permits, the routes, the grants, and the text of the configuration. */
import { parseDomain } from '../../mail/mod.ts';
import { composeYaml } from '../draft.ts';
import type { Draft } from '../draft.ts';
import type { Remark } from '../types.ts';
import { readDestinations } from './destinations.ts';
import { buildListeners, referencesOf } from './entrances.ts';
import type { Files } from './files.ts';
import { buildGrants } from './grants.ts';
import { splitList } from './lines.ts';
import { not } from './mailboxSet.ts';
import type { MainCf } from './mainCf.ts';
import type { Service } from './masterCf.ts';
import { readNetworks } from './matchLists.ts';
import { buildOutbound } from './outbound.ts';
import { myNetworks } from './ownNetworks.ts';
import type { Interface } from './ownNetworks.ts';
import { untoldParameters } from './parameters.ts';
import { restrict } from './pieces.ts';
import { buildRoutes } from './routes.ts';
import type { Routes } from './routeBuilder.ts';
import { readEntrance, smtpServices } from './services.ts';
import { sourceOf } from './settings.ts';
import type { Settings } from './settings.ts';

export interface Composing {
  readonly settings: Settings;
  readonly main: MainCf;
  readonly services: readonly Service[];
  readonly files: Files;
  readonly interfaces: readonly Interface[];
  readonly folder: string;
  readonly tell: (remark: Remark) => void;
  readonly note: (remark: Remark) => void;
}

export interface Composed {
  readonly yaml: string;
  /** A remark with what it means for the grants, which is known only at the end. */
  readonly explain: (remark: Remark) => Remark;
}

export function compose(composing: Composing): Composed {
  const { settings, services, tell } = composing;
  const destinations = readDestinations(settings, composing);
  const context = { ...composing, destinations, networks: networksBy(composing) };
  const entrances = smtpServices(services, tell)
    .map(({ listening, service }) => readEntrance(listening, service, context))
    .filter((entrance) => entrance !== undefined);
  const references = referencesOf(entrances);
  const routes = buildRoutes(destinations, references.anonymous, composing);
  const sent = { recipients: not(routes.refused) };
  const { routed } = routes;
  const grants = buildGrants({
    anonymous: restrict(references.anonymous, sent),
    signedIn: references.signedIn && restrict(references.signedIn, sent),
    routed,
    keptOut: routes.keptOut,
  });
  for (const remark of grants.remarks) tell(remark);
  for (const remark of untoldParameters(composing.main, services)) tell(remark);
  const listeners = buildListeners(entrances, { references, routed, tell, note: composing.note });
  noteAccounts(composing, routes, references.signedIn !== undefined);
  const outbound = buildOutbound(routes, composing);
  const { lmtp } = routes;
  const defaultDomain = references.signedIn && defaultDomainOf(composing);
  const tls = tlsOf(composing);
  const queue = queueOf(settings);
  const draft: Draft = {
    head: headOf(composing),
    hostname: hostnameOf(composing),
    listeners: listeners.length > 0 ? listeners : [LOOPBACK],
    routes: routes.routes,
    routesLeftOut: routes.leftOut,
    ...(outbound === undefined ? {} : { outbound }),
    ...(lmtp === undefined ? {} : { lmtp: { to: lmtp.text, comment: lmtp.comment } }),
    never: grants.never,
    allow: grants.allow,
    grantsLeftOut: grants.leftOut,
    ...(defaultDomain === undefined ? {} : { defaultDomain }),
    messageSize: messageSizeOf(settings),
    ...(tls === undefined ? {} : { tls }),
    ...(queue === undefined ? {} : { queue }),
  };
  return { yaml: composeYaml(draft), explain: (remark) => explained(remark, grants.doubts) };
}

const LOOPBACK = {
  name: 'local',
  bind: ['127.0.0.1:25'],
  comment: 'no service of master.cf could be carried over',
} as const;

function networksBy(composing: Composing): (service: Service) => ReturnType<typeof readNetworks> {
  return (service) => readNetworks(myNetworks(composing.settings, service, composing), composing);
}

function explained(remark: Remark, doubts: ReadonlySet<Remark>): Remark {
  if (![...doubts].some(({ what, where }) => what === remark.what && where.line === remark.where.line))
    return remark;
  return {
    ...remark,
    why: `${remark.why} It might refuse what is permitted behind it, so that grant is left out.`,
    remedy: 'It stands as a comment in relay; take it in if it is meant to hold without this.',
  };
}

function headOf({ folder }: Composing): readonly string[] {
  return [
    `Configuration of Postern, made from that of Postfix in ${folder}. Each line says where it comes from;`,
    'what could not be carried over was named by the import. Look it over with: postern check',
  ];
}

function hostnameOf({ settings, tell }: Composing): Draft['hostname'] {
  const setting = settings.get('myhostname');
  if (parseDomain(setting.text) !== undefined) return { text: setting.text, comment: sourceOf(setting) };
  tell({
    what: `myhostname = ${setting.text}`,
    where: setting.where,
    why: 'It is no domain name.',
    remedy: 'Write the name of this server into hostname.',
  });
  return { text: 'localhost.localdomain', comment: 'in the place of a myhostname that is no domain name' };
}

/** Octets; Postern's bounds. */
const SIZE = { least: 1024, most: 2 ** 32 } as const;

function messageSizeOf(settings: Settings): { readonly octets: number; readonly comment: string } {
  const setting = settings.get('message_size_limit');
  const written = /^\d+$/.test(setting.text) ? Number(setting.text) : 10_240_000;
  const octets = written === 0 ? SIZE.most : Math.min(Math.max(written, SIZE.least), SIZE.most);
  return { octets, comment: `${sourceOf(setting)}${written === 0 ? ', no limit there' : ''}` };
}

function tlsOf({ settings, tell }: Composing): Draft['tls'] {
  const chain = settings.get('smtpd_tls_chain_files');
  const [first, ...others] = splitList(chain.text);
  if (first !== undefined) {
    if (others.length > 0)
      tell({
        what: `smtpd_tls_chain_files = ${chain.text}`,
        where: chain.where,
        why: 'Postern has one certificate; only the first file is carried over.',
      });
    return { certificate: first, key: first, comment: sourceOf(chain) };
  }
  const certificate = settings.get('smtpd_tls_cert_file');
  const key = settings.get('smtpd_tls_key_file');
  if (certificate.text === '' || certificate.text === 'none') return undefined;
  return { certificate: certificate.text, key: key.text, comment: sourceOf(certificate) };
}

function queueOf(settings: Settings): Draft['queue'] {
  const expire = settings.get('maximal_queue_lifetime');
  const warn = settings.get('delay_warning_time');
  const given = [expire, warn].filter(({ isDefault }) => !isDefault);
  if (given.length === 0) return undefined;
  const isNever = /^0+[smhdw]?$/.test(warn.text);
  return {
    ...(expire.isDefault ? {} : { expire: durationOf(expire.text, 'd') }),
    ...(warn.isDefault ? {} : { warnAfter: isNever ? 'never' : durationOf(warn.text, 'h') }),
    comment: given.map(sourceOf).join(', '),
  };
}

/** Postfix's times have a unit of one letter, or that of the setting. */
function durationOf(text: string, usual: string): string {
  const [, number = text, unit = usual] = /^(\d+)([smhdw]?)$/.exec(text) ?? [];
  return unit === 'w' ? `${Number(number) * 7}d` : `${number}${unit === '' ? usual : unit}`;
}

function defaultDomainOf({ settings, files }: Composing): Draft['defaultDomain'] {
  const local = settings.get('smtpd_sasl_local_domain');
  const setting = parseDomain(local.text) === undefined ? settings.get('myorigin') : local;
  const read = setting.text.startsWith('/') ? files.read(setting.text) : { text: setting.text };
  const text = 'text' in read ? read.text.trim() : '';
  return parseDomain(text) === undefined
    ? undefined
    : { text, comment: `for a login without a domain: ${sourceOf(setting)}` };
}

/** The steps that are left to do whatever is in the files. */
function noteAccounts({ settings, note }: Composing, { routes, lmtp }: Routes, canSignIn: boolean): void {
  const inbound = routes.filter(({ action }) => action[0] === 'inbound');
  const where = settings.get('mydestination').where;
  if (inbound.length > 0 || canSignIn)
    note({
      what: 'mailboxes and passwords',
      where,
      why: `Postfix has them in other places (users of the machine, tables, SASL).${lmtp === undefined ? '' : ' Mailboxes are delivered by LMTP; an account says that they exist.'}`,
      remedy: 'Add an account for each: postern account add ADDRESS --alias ADDRESS.',
    });
}
