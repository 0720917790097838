/** Haraka, read from its config folder. */
import { join } from 'node:path';
import { parseSize } from '../../config/mod.ts';
import { foldAscii, parseDomain } from '../../mail/mod.ts';
import { composeYaml } from '../draft.ts';
import type { Draft, DraftRule } from '../draft.ts';
import { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { Importing } from '../types.ts';
import { aclNetworks } from './acl.ts';
import { readDestinations } from './destinations.ts';
import type { Destinations } from './destinations.ts';
import { isOn, linesOf, readFiles, setting, settingsOf } from './files.ts';
import type { HarakaFiles } from './files.ts';
import { listenersOf } from './listeners.ts';
import { hasPlugin, isAuth, pluginsOf, tellPlugins } from './plugins.ts';
import type { Plugin } from './plugins.ts';
import { outboundOf, queueOf } from './queue.ts';
import { routesOf } from './routes.ts';

export interface HarakaChoices {
  /** The name of the server, when `me` does not say it or another is meant. */
  readonly hostname: string | undefined;
}

/** Imports the folder that was made with `haraka -i`, or the config folder in it. */
export function importHaraka(folder: string, choices: HarakaChoices): Importing {
  const files = readFiles(folder);
  return 'problems' in files ? files : importFiles(files, choices);
}

function importFiles(files: HarakaFiles, { hostname }: HarakaChoices): Importing {
  const name = hostnameOf(files, hostname);
  if (name === undefined) {
    const place = { file: 'me', line: 1, column: 1 };
    const message = 'it has no name of this server that is a domain';
    return {
      problems: [{ place, message, remedy: 'Add --hostname with its name, such as mail.contoso.example.' }],
    };
  }
  const remarks = new Remarks();
  const plugins = pluginsOf(files);
  const relay = relayOf(files, plugins);
  const destinations =
    relay.destDomains || relay.forceRouting
      ? readDestinations(settingsOf(files, 'relay_dest_domains.ini'), remarks)
      : { entries: [], any: undefined };
  const queue = queueOf(files, plugins, remarks);
  const routes = routesOf({ files, plugins, queue, destinations, ...relay }, remarks);
  const clients = clientGrant(files, relay, remarks);
  const domain = routes[0]?.domain;
  const accounts = accountGrant(files, plugins, domain, remarks);
  tellOpen(files, plugins, relay, destinations, remarks);
  tellPlugins(plugins, remarks);
  const auth = accounts !== undefined;
  const draft: Draft = {
    head: [
      'Made by postern import haraka; places are files of its config folder.',
      'What could not be carried over was said when it was made. Next: postern check, then postern explain.',
    ],
    hostname: name,
    listeners: listenersOf(settingsOf(files, 'smtp.ini'), { auth, acl: clients !== undefined }, remarks),
    routes,
    ...outboundOf(files, queue, destinations, remarks),
    ...(queue.kind === 'lmtp' ? { lmtp: { to: queue.to, comment: formatOrigin(queue.where) } } : {}),
    never: [],
    allow: [clients, accounts].filter((rule) => rule !== undefined),
    ...(auth && domain !== undefined
      ? { defaultDomain: { text: domain, comment: 'for logins without a domain' } }
      : {}),
    ...messageSizeOf(files, remarks),
    ...tlsOf(files, plugins, remarks),
  };
  return { yaml: composeYaml(draft), notCarried: remarks.notCarried, notes: remarks.notes };
}

function hostnameOf(files: HarakaFiles, hostname: string | undefined): Draft['hostname'] | undefined {
  if (hostname !== undefined) return { text: hostname, comment: '--hostname' };
  const me = linesOf(files, 'me')[0];
  const name = me === undefined ? undefined : parseDomain(me.text);
  if (me === undefined || name === undefined) return undefined;
  return { text: name, comment: formatOrigin({ file: 'me', line: me.line }) };
}

/** What of the relay plugin is on; before version 2.5 it was three plugins. */
interface Relay {
  readonly acl: boolean;
  readonly destDomains: boolean;
  readonly forceRouting: boolean;
  readonly all: boolean;
}

function relayOf(files: HarakaFiles, plugins: readonly Plugin[]): Relay {
  const settings = settingsOf(files, 'relay.ini');
  const plugin = hasPlugin(plugins, 'relay');
  // Without any domain the plugin leaves recipients to the others.
  const listed = settingsOf(files, 'relay_dest_domains.ini').some(({ section }) => section === 'domains');
  const on = (key: string, preset: boolean): boolean =>
    plugin && isOn(setting(settings, key, 'relay'), preset);
  return {
    acl: on('acl', true) || hasPlugin(plugins, 'relay_acl'),
    destDomains: listed && (on('dest_domains', false) || hasPlugin(plugins, 'relay_acl')),
    forceRouting: on('force_routing', true) || hasPlugin(plugins, 'relay_force_routing'),
    all: on('all', false) || hasPlugin(plugins, 'relay_all'),
  };
}

function clientGrant(files: HarakaFiles, { acl }: Relay, remarks: Remarks): DraftRule | undefined {
  const lines = linesOf(files, 'relay_acl_allow');
  if (!acl) {
    if (lines.length > 0) {
      const why = 'relay.acl is not on, so Haraka did not use it.';
      remarks.note({ what: 'relay_acl_allow', where: { file: 'relay_acl_allow' }, why });
    }
    return undefined;
  }
  const from = aclNetworks(lines, remarks);
  return from.length === 0 ? undefined : { name: 'relay-acl', from, comment: 'relay_acl_allow' };
}

/** The grant for those who sign in, and who they are: names, never passwords. */
function accountGrant(
  files: HarakaFiles,
  plugins: readonly Plugin[],
  domain: string | undefined,
  remarks: Remarks,
): DraftRule | undefined {
  const auth = plugins.filter(({ name }) => isAuth(name));
  const [first] = auth;
  if (first === undefined) return undefined;
  const where = { file: 'plugins', line: first.line };
  const flat = auth.some(({ name }) => name === 'auth/flat_file');
  const users = flat
    ? settingsOf(files, 'auth_flat_file.ini').filter(({ section }) => section === 'users')
    : [];
  for (const { key, line } of users) {
    const address = key.includes('@') ? key : `${key}@${domain ?? 'YOUR.DOMAIN'}`;
    remarks.left({
      what: `the user ${key}`,
      where: { file: 'auth_flat_file.ini', line },
      why: 'Passwords are not copied: Haraka keeps them readable.',
      remedy: `postern account add ${address}`,
    });
  }
  const others = auth.filter(({ name }) => name !== 'auth/flat_file' && !/^auth[/_]auth_base$/.test(name));
  if (others.length > 0) {
    remarks.left({
      what: others.map(({ name }) => name).join(', '),
      where,
      why: 'It asks others whether a password is right; accounts are in the data folder here.',
      remedy: 'Make them with: postern account add ADDRESS.',
    });
  }
  const comment = auth.map(({ name, line }) => `plugins:${line} ${name}`).join(', ');
  return { name: 'signed-in', authenticated: true, comment };
}

function tellOpen(
  files: HarakaFiles,
  plugins: readonly Plugin[],
  relay: Relay,
  { entries }: Destinations,
  remarks: Remarks,
): void {
  if (relay.all) {
    const line = setting(settingsOf(files, 'relay.ini'), 'all', 'relay')?.line;
    const old = plugins.find(({ name }) => name === 'relay_all');
    remarks.left({
      what: 'relay.all',
      where: line === undefined ? { file: 'plugins', line: old?.line ?? 1 } : { file: 'relay.ini', line },
      why: 'It accepts every recipient from everybody: an open relay.',
      remedy: 'Add grants for the clients that are meant under relay.allow.',
    });
  }
  const accepted = entries.find(({ action }) => action === 'accept' || action === 'continue');
  if (!relay.destDomains || accepted === undefined) return;
  remarks.note({
    what: `"action" of ${accepted.domain} and others`,
    where: accepted.where,
    why: 'Haraka lets a connection that named one such recipient relay to every other domain, too. Here each recipient is decided by itself.',
  });
}

function messageSizeOf(files: HarakaFiles, remarks: Remarks): Pick<Draft, 'messageSize'> {
  const first = linesOf(files, 'databytes')[0];
  if (first === undefined) return {};
  const where = { file: 'databytes', line: first.line };
  const octets = parseSize(first.text);
  if (typeof octets === 'number' && octets >= 1024 && octets <= 2 ** 32) {
    return { messageSize: { octets, comment: formatOrigin(where) } };
  }
  const why = 'A message has from 1,024 octets to 4 GiB here; the default is taken.';
  remarks.left({ what: first.text, where, why, remedy: 'See limits.messageSize.' });
  return {};
}

function tlsOf(files: HarakaFiles, plugins: readonly Plugin[], remarks: Remarks): Pick<Draft, 'tls'> {
  if (!hasPlugin(plugins, 'tls')) return {};
  const main = settingsOf(files, 'tls.ini').filter(({ section }) => section === 'main');
  const pathOf = (key: string, preset: string): string => {
    const text = main.findLast((one) => foldAscii(one.key) === key)?.text;
    const name = text === undefined || text === '' ? preset : text;
    return name.startsWith('/') ? name : join(files.folder, name);
  };
  const line = main[0]?.line;
  const where = line === undefined ? { file: 'tls.ini' } : { file: 'tls.ini', line };
  remarks.note({
    what: 'the certificate',
    where,
    why: 'It is used where it is, in the folder of Haraka; the chain belongs into the same file.',
    remedy: 'Copy it, and change tls in the configuration, before Haraka is removed.',
  });
  const comment = formatOrigin(where);
  return { tls: { certificate: pathOf('cert', 'tls_cert.pem'), key: pathOf('key', 'tls_key.pem'), comment } };
}
