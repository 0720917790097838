/** Domains of ours and what becomes of their mail: `host_list`, `rcpt_to.routes.ini`, the queue plugin, next hops. */
import { isTextProblem, parseHost } from '../../config/mod.ts';
import { parseDomain } from '../../mail/mod.ts';
import type { Domain } from '../../mail/mod.ts';
import { formatHost } from '../../std/mod.ts';
import type { DraftRoute } from '../draft.ts';
import type { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { Origin } from '../types.ts';
import type { DestinationEntry, Destinations } from './destinations.ts';
import { isOn, linesOf, setting, settingsOf } from './files.ts';
import type { FileName, HarakaFiles, Setting } from './files.ts';
import { hasPlugin } from './plugins.ts';
import type { Plugin } from './plugins.ts';

/** A domain that Haraka takes mail for, from everybody. */
interface OwnDomain {
  readonly domain: Domain;
  readonly where: Origin;
  /** The plugin that accepts it. */
  readonly plugin: string;
  /** `host:port`, when this domain has one of its own. */
  readonly host?: string;
}

/** What the queue plugin does with mail for our domains. */
export type Queue =
  | {
      readonly kind: 'forward';
      readonly file: FileName;
      readonly host: string | undefined;
      readonly where: Origin;
    }
  | { readonly kind: 'lmtp'; readonly to: string; readonly where: Origin }
  | { readonly kind: 'keep' };

export interface RoutePlan {
  readonly files: HarakaFiles;
  readonly plugins: readonly Plugin[];
  readonly queue: Queue;
  readonly destinations: Destinations;
  /** `relay.dest_domains` is on: strangers reach only domains that are listed there. */
  readonly destDomains: boolean;
  /** `relay.force_routing` is on. */
  readonly forceRouting: boolean;
}

export function routesOf(plan: RoutePlan, remarks: Remarks): readonly DraftRoute[] {
  const own = ownDomains(plan, remarks);
  const routes = new Map<string, DraftRoute>();
  for (const one of own) {
    const route = ownRoute(one, plan, remarks);
    if (route !== undefined && !routes.has(route.domain)) routes.set(route.domain, route);
  }
  for (const entry of plan.destinations.entries) {
    if (routes.has(entry.domain) || own.some(({ domain }) => domain === entry.domain)) continue;
    const route = destinationRoute(entry, plan, remarks);
    if (route !== undefined) routes.set(route.domain, route);
  }
  return [...routes.values()];
}

function ownDomains(plan: RoutePlan, remarks: Remarks): readonly OwnDomain[] {
  const { files, plugins } = plan;
  const hosts = linesOf(files, 'host_list');
  const inHostList = hasPlugin(plugins, 'rcpt_to.in_host_list');
  tellHostList(plan, remarks);
  const own: OwnDomain[] = [];
  for (const { line, text } of inHostList ? hosts : []) {
    const where = { file: 'host_list', line };
    const domain = parseDomain(text);
    if (domain === undefined) remarks.left({ what: text, where, why: 'It is not a domain name.' });
    else own.push({ domain, where, plugin: 'rcpt_to.in_host_list' });
  }
  if (hasPlugin(plugins, 'rcpt_to.routes')) own.push(...routesFile(files, remarks));
  if (plan.queue.kind === 'forward' && hasPlugin(plugins, 'queue/smtp_forward'))
    own.push(...checkedDomains(files));
  return own;
}

function tellHostList({ files, plugins }: RoutePlan, remarks: Remarks): void {
  const hosts = linesOf(files, 'host_list');
  const inHostList = hasPlugin(plugins, 'rcpt_to.in_host_list');
  if (!inHostList && hosts.length > 0) {
    const why = 'The plugin rcpt_to.in_host_list is not on, so Haraka did not use it.';
    remarks.note({ what: 'host_list', where: { file: 'host_list' }, why });
  }
  for (const { line, text } of inHostList ? linesOf(files, 'host_list_regex') : []) {
    const below = /^\.[*+]\\\.((?:[a-z0-9-]+\\\.)+[a-z0-9-]+)$/i.exec(text)?.[1]?.replaceAll('\\', '');
    remarks.left({
      what: JSON.stringify(text),
      where: { file: 'host_list_regex', line },
      why: 'A routing table has domains, no patterns of any other kind than *.domain.',
      remedy:
        below === undefined
          ? 'Add the domains that are meant under routing.domains.'
          : `Write { domain: "*.${below}" } with the same action as the others.`,
    });
  }
}

function routesFile(files: HarakaFiles, remarks: Remarks): readonly OwnDomain[] {
  return settingsOf(files, 'rcpt_to.routes.ini').flatMap(({ section, key, text, line }) => {
    if (section !== 'routes') return [];
    const where = { file: 'rcpt_to.routes.ini', line };
    const domain = parseDomain(key);
    const host = parseHost(text.replace(/^smtp:\/\//, ''), { port: 25 });
    if (domain !== undefined && !isTextProblem(host))
      return [{ domain, where, plugin: 'rcpt_to.routes', host: formatHost(host) }];
    const why = key.includes('@')
      ? 'A route is for a domain, not for one address.'
      : 'It is not a domain with an SMTP host.';
    remarks.left({ what: `${key}=${text}`, where, why, remedy: 'Add the domain under routing.domains.' });
    return [];
  });
}

/** With check_recipient every domain that has a section is ours. */
function checkedDomains(files: HarakaFiles): readonly OwnDomain[] {
  const settings = settingsOf(files, 'smtp_forward.ini');
  if (!isOn(setting(settings, 'check_recipient'), false)) return [];
  const sections = [...new Set(settings.map(({ section }) => section))].filter(
    (section) => section !== 'main',
  );
  return sections.flatMap((section) => {
    const domain = parseDomain(section);
    const line = settings.find((one) => one.section === section)?.line ?? 1;
    const where = { file: 'smtp_forward.ini', line };
    return domain === undefined ? [] : [{ domain, where, plugin: 'queue/smtp_forward' }];
  });
}

function ownRoute(own: OwnDomain, plan: RoutePlan, remarks: Remarks): DraftRoute | undefined {
  const { domain, where } = own;
  if (isShut(own, plan, remarks)) return undefined;
  const comment = formatOrigin(where);
  tellNextHop(own, plan, remarks);
  if (own.host !== undefined) return { domain, action: ['forward', own.host], comment };
  const { queue } = plan;
  if (queue.kind !== 'forward') return { domain, action: ['inbound', true], comment };
  const special = sectionHost(plan.files, queue.file, domain);
  const host = special?.host ?? queue.host;
  if (host === undefined) {
    const why = 'Its mail is passed on, and no host is named for it.';
    remarks.left({ what: domain, where, why, remedy: 'Add a forward to the host that has its mailboxes.' });
    return undefined;
  }
  return {
    domain,
    action: ['forward', host],
    comment: `${comment}, ${formatOrigin(special?.where ?? queue.where)}`,
  };
}

/** Whether the relay plugin, which comes first, refuses strangers this domain of ours. */
function isShut({ domain, where, plugin }: OwnDomain, plan: RoutePlan, remarks: Remarks): boolean {
  if (!plan.destDomains || !isBefore(plan.plugins, 'relay', plugin)) return false;
  const entry = plan.destinations.entries.find((one) => one.domain === domain);
  if (entry?.action === 'accept' || entry?.action === 'continue') return false;
  remarks.left({
    what: domain,
    where,
    why: 'It is ours, but relay.dest_domains comes first and refuses strangers every domain that relay_dest_domains.ini does not accept. It is left out.',
    remedy: 'Add it under routing.domains if it is meant to receive mail.',
  });
  return true;
}

function isBefore(plugins: readonly Plugin[], first: string, second: string): boolean {
  const at = (name: string): number => plugins.findIndex((plugin) => plugin.name === name);
  return at(first) !== -1 && (at(second) === -1 || at(first) < at(second));
}

/** Mail of relaying clients goes to the next hop, that of strangers to the queue plugin; a route has one way. */
function tellNextHop({ domain, host }: OwnDomain, plan: RoutePlan, remarks: Remarks): void {
  const entry = plan.destinations.entries.find((one) => one.domain === domain);
  if (!plan.forceRouting || entry?.nextHop === undefined || host !== undefined) return;
  remarks.left({
    what: `nexthop ${entry.nextHop} of ${domain}`,
    where: entry.where,
    why: 'Haraka sent there what clients that may relay wrote to this domain, and everybody else by its queue plugin. A route has one way for all: that of the queue plugin.',
    remedy: 'Change the route if the next hop is the right host for all.',
  });
}

function sectionHost(
  files: HarakaFiles,
  file: FileName,
  domain: Domain,
): { readonly host: string; readonly where: Origin } | undefined {
  const settings = settingsOf(files, file).filter(({ section }) => section.toLowerCase() === domain);
  const host = hostOf(settings);
  return host === undefined ? undefined : { host: host.text, where: { file, line: host.line } };
}

/** `host` and `port` of settings that are all of one section. */
export function hostOf(
  settings: readonly Setting[],
  port = '25',
): { readonly text: string; readonly line: number } | undefined {
  const host = settings.findLast(({ key }) => key === 'host');
  if (host === undefined || host.text === '') return undefined;
  const number = settings.findLast(({ key }) => key === 'port')?.text ?? port;
  const name = host.text.includes(':') && !host.text.startsWith('[') ? `[${host.text}]` : host.text;
  const parsed = parseHost(`${name}:${number}`);
  return isTextProblem(parsed) ? undefined : { text: formatHost(parsed), line: host.line };
}

function destinationRoute(
  { domain, action, nextHop, where }: DestinationEntry,
  { destDomains, forceRouting }: RoutePlan,
  remarks: Remarks,
): DraftRoute | undefined {
  const comment = formatOrigin(where);
  const hop = forceRouting ? nextHop : undefined;
  if (destDomains && (action === 'accept' || action === 'continue')) {
    return hop === undefined
      ? { domain, action: ['alwaysRelay', true], comment }
      : { domain, action: ['forward', hop], comment };
  }
  if (hop !== undefined) {
    remarks.left({
      what: `nexthop ${hop} of ${domain}`,
      where,
      why: 'Haraka took mail for this domain only from clients that may relay; a forward would take it from everybody. It goes where other mail goes.',
      remedy: 'Add a forward if the domain is one of yours.',
    });
  }
  return undefined;
}
