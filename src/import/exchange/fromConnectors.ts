/** Exchange 2007 and later: receive connectors with the rights on them, accepted domains and send connectors. */
import { formatEndpoint } from '../../config/mod.ts';
import type { ConfigProblem } from '../../config/mod.ts';
import { isInternet } from '../danger.ts';
import { formatRange } from '../../policy/mod.ts';
import { composeYaml } from '../draft.ts';
import type { Draft } from '../draft.ts';
import { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { Importing } from '../types.ts';
import { outboundOf, routesOf } from './domains.ts';
import { missingHostname } from './fromRegistry.ts';
import { grantsOf } from './grants.ts';
import { doorsOf, judge, listenersOf } from './listeners.ts';
import type { Door, Judged } from './listeners.ts';
import type { Organisation, ReceiveConnector } from './objects.ts';
import { tellNever, tellOthers, tellRights, tellServed, tellTls } from './untold.ts';

export interface ConnectorImport {
  readonly organisation: Organisation;
  readonly files: readonly [string, ...string[]];
  readonly hostname: string | undefined;
}

export function importConnectors({ organisation, files, hostname }: ConnectorImport): Importing {
  const problem = whyNot(organisation, files[0]);
  if (problem !== undefined) return { problems: [problem] };
  const remarks = new Remarks();
  const connectors = inUse(organisation.receive, remarks);
  const name = hostnameOf(hostname, connectors);
  if (name === undefined) return missingHostname(files[0]);
  const judged = withoutInternet(judge(connectors, organisation.rights), remarks);
  const doors = useful(doorsOf(judged), remarks);
  const where = connectors[0]?.where ?? { file: files[0] };
  const rules = grantsOf(doors, where, remarks);
  const routes = routesOf(organisation, remarks);
  tellNever(rules, routes, remarks, where);
  tellRights(organisation, judged, remarks);
  tellServed(doors, remarks);
  tellTls(connectors, remarks);
  tellOthers(organisation, remarks);
  const draft: Draft = {
    head: [
      `Made by postern import exchange from ${files.join(', ')}.`,
      'What could not be carried over was said when it was made. Next: postern check, then postern explain.',
    ],
    hostname: name,
    listeners: listenersOf(doors),
    routes,
    ...outboundOf(organisation, remarks),
    ...rules,
    ...messageSizeOf(connectors, remarks),
  };
  return { yaml: composeYaml(draft), notCarried: remarks.notCarried, notes: remarks.notes };
}

function whyNot({ receive }: Organisation, file: string): ConfigProblem | undefined {
  const place = { file, line: 1, column: 1 };
  const servers = new Set(
    receive.flatMap(({ server }) => (server === undefined ? [] : [server.toLowerCase()])),
  );
  const [one, two] = servers;
  if (two !== undefined) {
    return {
      place,
      message: `these are receive connectors of ${servers.size} servers, and one Postern takes the place of one`,
      remedy: `Export those of one: Get-ReceiveConnector -Server ${one ?? 'NAME'}.`,
    };
  }
  if (receive.some(({ enabled, bindings }) => enabled && bindings.length > 0)) return undefined;
  return {
    place,
    message: 'there is no receive connector that is on and has a binding',
    remedy: 'Name a file with the output of Get-ReceiveConnector, too.',
  };
}

/** Those that take mail from outside: not those that are off, and not those that take it from the frontend. */
function inUse(receive: readonly ReceiveConnector[], remarks: Remarks): readonly ReceiveConnector[] {
  const hasFrontend = receive.some(({ enabled, role }) => enabled && role === 'frontend');
  return receive.filter(({ name, where, enabled, role, bindings }) => {
    if (!enabled) {
      remarks.note({ what: `receive connector ${name}`, where, why: 'It is off, and left out.' });
    } else if (hasFrontend && role === 'hub') {
      const why = 'It takes mail from the frontend of the same server, and is left out.';
      remarks.note({ what: `receive connector ${name}`, where, why });
    } else if (role === 'frontend' && bindings.every(({ port }) => port === 717)) {
      const why = 'It passes on what mailbox servers send, and is left out.';
      remarks.note({ what: `receive connector ${name}`, where, why });
    } else return true;
    return false;
  });
}

function hostnameOf(
  hostname: string | undefined,
  connectors: readonly ReceiveConnector[],
): Draft['hostname'] | undefined {
  if (hostname !== undefined) return { text: hostname, comment: '--hostname' };
  const connector =
    connectors.find(({ fqdn, bindings }) => fqdn !== undefined && bindings.some(({ port }) => port === 25)) ??
    connectors.find(({ fqdn }) => fqdn !== undefined);
  if (connector?.fqdn === undefined) return undefined;
  return { text: connector.fqdn, comment: `${formatOrigin(connector.where)} Fqdn of ${connector.name}` };
}

/** A connector that relays for the Internet without signing in is an open relay: it loses that right here. */
function withoutInternet(judged: readonly Judged[], remarks: Remarks): readonly Judged[] {
  return judged.map((one) => {
    const { connector, powers } = one;
    const wide = powers.anonymousRelay ? connector.ranges.filter(isInternet) : [];
    if (wide.length === 0) return one;
    remarks.left({
      what: `receive connector ${connector.name} relays for ${wide.map(formatRange).join(', ')}`,
      where: connector.where,
      why: 'That is a large part of the Internet, without signing in: an open relay. None of its clients can relay here without signing in.',
      remedy: 'Add a grant for the clients that are meant under relay.allow.',
    });
    return { connector, powers: { ...powers, anonymousRelay: false } };
  });
}

/** A submission listener is for those who sign in; where nobody can relay by that, it would have no use. */
function useful(doors: readonly Door[], remarks: Remarks): readonly Door[] {
  return doors.filter(({ submission, offersAuth, endpoint, connectors: [first] }) => {
    if (!submission || offersAuth || first === undefined) return true;
    remarks.left({
      what: `${formatEndpoint(endpoint)} of ${first.connector.name}`,
      where: first.connector.where,
      why: 'At this port clients of Postern sign in, and no connector there gives ExchangeUsers the right to relay.',
      remedy: 'Bind a transfer listener to another port if it is meant for servers.',
    });
    return false;
  });
}

/** The least of the limits, since there is one for all listeners. */
function messageSizeOf(
  connectors: readonly ReceiveConnector[],
  remarks: Remarks,
): Pick<Draft, 'messageSize'> {
  const sizes = connectors.flatMap((connector) =>
    connector.maxMessageSize === undefined ? [] : [{ connector, octets: connector.maxMessageSize }],
  );
  const [least] = sizes.toSorted((one, other) => one.octets - other.octets);
  if (least === undefined || least.octets < 1024 || least.octets > 2 ** 32) return {};
  const { connector, octets } = least;
  if (sizes.some((size) => size.octets !== octets)) {
    const why = 'Connectors have different limits; the least is taken, since there is one for all listeners.';
    remarks.left({ what: 'MaxMessageSize', where: connector.where, why, remedy: 'See limits.messageSize.' });
  }
  return {
    messageSize: { octets, comment: `${formatOrigin(connector.where)} MaxMessageSize of ${connector.name}` },
  };
}
