/** Exchange 5.5: the registry of its Internet Mail Service, and its routing table as text. */
import { parseDomain } from '../../mail/mod.ts';
import { parseIp } from '../../std/mod.ts';
import { isLoopback } from '../../std/mod.ts';
import { composeYaml } from '../draft.ts';
import type { Draft, DraftRoute } from '../draft.ts';
import { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { Importing } from '../types.ts';
import type { RelaySettings } from './relaySettings.ts';
import { NO_RULES, rulesOf, tellInert } from './restrictions.ts';
import { expandRoutes } from './routingTable.ts';
import type { NewRoute, OldRoute } from './routingTable.ts';

export interface RegistryImport {
  readonly settings: RelaySettings;
  /** Undefined: no file with it was named. */
  readonly table: { readonly file: string; readonly routes: readonly OldRoute[] } | undefined;
  readonly hostname: string | undefined;
  /** "Do not reroute incoming SMTP mail" was chosen; undefined: it was not said. */
  readonly doNotReroute: boolean;
}

export function importRegistry(input: RegistryImport): Importing {
  const { settings, table, doNotReroute } = input;
  const hostname = hostnameOf(input);
  if (hostname === undefined) return missingHostname(settings.file);
  const remarks = new Remarks();
  if (doNotReroute) tellInert(settings, remarks);
  const rules = doNotReroute ? NO_RULES : rulesOf(settings, remarks);
  const routes = routesOf(table, hostname.text, { doNotReroute, remarks });
  tellHoles(input, remarks);
  const draft: Draft = {
    head: headOf(input),
    hostname,
    listeners: [
      {
        name: 'internet',
        bind: ['0.0.0.0:25', '[::]:25'],
        comment: 'the Internet Mail Service listened on port 25 of every address',
      },
    ],
    ...(doNotReroute ? { rerouteOff: { comment: '"Do not reroute incoming SMTP mail"' } } : {}),
    routes,
    ...rules,
  };
  return { yaml: composeYaml(draft), notCarried: remarks.notCarried, notes: remarks.notes };
}

function hostnameOf({ settings, hostname }: RegistryImport): Draft['hostname'] | undefined {
  if (hostname !== undefined) return { text: hostname, comment: '--hostname' };
  const { computer } = settings;
  const name = computer === undefined ? undefined : parseDomain(computer.name);
  if (name === undefined || computer === undefined) return undefined;
  return { text: name, comment: `${formatOrigin(computer.where)} Tcpip\\Parameters` };
}

export function missingHostname(file: string): Importing {
  const message = 'no file says what this server is called';
  const remedy = 'Add --hostname with its name, such as mail.contoso.example.';
  return { problems: [{ place: { file, line: 1, column: 1 }, message, remedy }] };
}

function headOf({ settings, table }: RegistryImport): readonly string[] {
  const files = [settings.file, ...(table === undefined ? [] : [table.file])].join(' and ');
  return [
    `Made by postern import exchange from ${files}.`,
    'What could not be carried over was said when it was made. Next: postern check, then postern explain.',
  ];
}

interface RouteContext {
  readonly doNotReroute: boolean;
  readonly remarks: Remarks;
}

function routesOf(
  table: RegistryImport['table'],
  hostname: string,
  { doNotReroute, remarks }: RouteContext,
): readonly DraftRoute[] {
  if (table === undefined) return [];
  const { file, routes } = table;
  const told = new Set<number>();
  return expandRoutes(routes).flatMap(({ pattern, route }): readonly DraftRoute[] => {
    const comment = commentOf({ pattern, route }, file);
    if (route.to === 'inbound') return [{ domain: pattern, action: ['inbound', true], comment }];
    const why = whyNoForward(route.to.host, hostname, doNotReroute);
    if (why === undefined) return [{ domain: pattern, action: ['forward', route.to.host], comment }];
    // An entry that also fits below its domain is two routes here, and one remark.
    if (!told.has(route.line)) {
      const what = `${route.exact ? '#' : ''}${route.domain} to ${route.to.host}`;
      remarks.left({ what, where: { file, line: route.line }, ...why });
    }
    told.add(route.line);
    return [];
  });
}

function commentOf({ route }: NewRoute, file: string): string {
  const to = route.to === 'inbound' ? '<inbound>' : route.to.host;
  return `${formatOrigin({ file, line: route.line })} ${route.exact ? '#' : ''}${route.domain} ${to}`;
}

function whyNoForward(
  host: string,
  hostname: string,
  doNotReroute: boolean,
): { readonly why: string; readonly remedy: string } | undefined {
  if (doNotReroute) {
    return {
      why: 'With "Do not reroute incoming SMTP mail" the routing table sent nothing on.',
      remedy: 'Add the route if mail for this domain is to be passed on to that host.',
    };
  }
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const address = parseIp(name);
  if (name !== hostname && name !== 'localhost' && (address === undefined || !isLoopback(address)))
    return undefined;
  return {
    why: 'That is this server itself, so its mail would go round in circles.',
    remedy: 'Write inbound: true if the mail is delivered here, else the host where it is kept.',
  };
}

/** What the old service had open and what stays closed here; told once, since nothing in the files shows it. */
function tellHoles({ settings, table, doNotReroute }: RegistryImport, remarks: Remarks): void {
  const where = { file: settings.file };
  if (table === undefined) {
    remarks.left({
      what: 'the routing table',
      where,
      why: 'The old service kept it in its directory, so no registry export has it. This configuration receives mail for no domain.',
      remedy:
        'Copy the Routing tab into a text file, a line an entry, such as "contoso.example <inbound>", and name that file, too.',
    });
  }
  if (!doNotReroute) {
    remarks.note({
      what: '"Reroute incoming SMTP mail"',
      where,
      why: 'No registry export says which of the two choices of the Routing tab was made; this one is taken.',
      remedy: 'If it was "Do not reroute incoming SMTP mail", import again with --do-not-reroute.',
    });
  }
  remarks.note({
    what: 'recipients such as IMCEASMTP-user+40outside+2Eexample@your.domain',
    where,
    why: 'The old service decoded them and sent the mail on, also with rerouting off (Q237927). Postern never looks into a local part for a destination.',
  });
}
