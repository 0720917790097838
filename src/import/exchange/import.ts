/**
 * Exchange: the registry export of the Internet Mail Service of version 5.5 with its routing table as text, or the
 * connectors of later versions as JSON or CSV. What a file is shows by its content.
 */
import type { ConfigProblem } from '../../config/mod.ts';
import { decodeText } from '../decode.ts';
import type { Importing } from '../types.ts';
import { importConnectors } from './fromConnectors.ts';
import { importRegistry } from './fromRegistry.ts';
import { readOrganisation } from './objects.ts';
import { parseRecords } from './records.ts';
import type { ExchangeRecord } from './records.ts';
import { isRegistryExport, parseRegistry } from './registry.ts';
import { readSettings } from './relaySettings.ts';
import { parseRoutingTable } from './routingTable.ts';

export interface ExchangeFile {
  /** As it was named. */
  readonly name: string;
  readonly octets: Uint8Array;
}

export interface ExchangeChoices {
  /** The name of the server, when no file says it or another is meant. */
  readonly hostname: string | undefined;
  /** "Do not reroute incoming SMTP mail" was chosen. */
  readonly doNotReroute: boolean;
}

/** Imports the files together; at least one. */
export function importExchange(
  files: readonly [ExchangeFile, ...ExchangeFile[]],
  choices: ExchangeChoices,
): Importing {
  const texts: Text[] = [];
  const problems: ConfigProblem[] = [];
  for (const { name, octets } of files) {
    const decoded = decodeText(octets, name);
    if ('problem' in decoded) problems.push(decoded.problem);
    else texts.push({ file: name, text: decoded.text, kind: kindOf(decoded.text) });
  }
  const [first, ...others] = problems;
  if (first !== undefined) return { problems: [first, ...others] };
  const old = texts.filter(({ kind }) => kind !== 'objects');
  if (old.length === 0) return fromObjects(texts, choices, files[0].name);
  const modern = texts.find(({ kind }) => kind === 'objects');
  if (modern === undefined) return fromOld(old, choices);
  const message = 'this is an export of a later Exchange, beside one of Exchange 5.5';
  const remedy = 'Import one server at a time.';
  return { problems: [{ place: { file: modern.file, line: 1, column: 1 }, message, remedy }] };
}

type Kind = 'registry' | 'objects' | 'table';

interface Text {
  readonly file: string;
  readonly text: string;
  readonly kind: Kind;
}

const FIELDS = /remoteipranges|extendedrights|domaintype|addressspaces/i;

function kindOf(text: string): Kind {
  if (isRegistryExport(text)) return 'registry';
  if (/^\s*[[{]/.test(text) || /^#TYPE\b/i.test(text)) return 'objects';
  const head = /^\s*([^\r\n]{0,10000})/.exec(text)?.[1] ?? '';
  return FIELDS.test(head) ? 'objects' : 'table';
}

function fromOld(texts: readonly Text[], { hostname, doNotReroute }: ExchangeChoices): Importing {
  const registries = texts.filter(({ kind }) => kind === 'registry');
  const tables = texts.filter(({ kind }) => kind === 'table');
  const [registry, moreRegistry] = registries;
  const [table, moreTable] = tables;
  const more = moreRegistry ?? moreTable;
  if (more !== undefined) {
    const what = more.kind === 'registry' ? 'registry export' : 'routing table';
    return single(
      more.file,
      `this is a second ${what}`,
      'Import one server at a time, with one file of each kind.',
    );
  }
  if (registry === undefined) {
    const file = table?.file ?? '';
    return single(file, 'there is a routing table without a registry export', 'Name the .reg file, too.');
  }
  const reading = parseRegistry(registry.text, registry.file);
  if ('problems' in reading) return reading;
  const settings = readSettings(reading.registry, registry.file);
  if ('problems' in settings) return settings;
  const routes = table === undefined ? undefined : parseRoutingTable(table.text, table.file);
  if (routes !== undefined && 'problems' in routes) return routes;
  return importRegistry({
    settings: settings.settings,
    table:
      table === undefined || routes === undefined ? undefined : { file: table.file, routes: routes.routes },
    hostname,
    doNotReroute,
  });
}

function fromObjects(
  texts: readonly Text[],
  { hostname, doNotReroute }: ExchangeChoices,
  file: string,
): Importing {
  if (doNotReroute) {
    return single(
      file,
      '--do-not-reroute is a choice of Exchange 5.5',
      'Leave it out: connectors say who may relay.',
    );
  }
  const records: ExchangeRecord[] = [];
  for (const text of texts) {
    const reading = parseRecords(text.text, text.file);
    if ('problems' in reading) return reading;
    records.push(...reading.records);
  }
  const organisation = readOrganisation(records);
  if ('problems' in organisation) return organisation;
  const [first = file, ...others] = texts.map((text) => text.file);
  return importConnectors({ organisation, files: [first, ...others], hostname });
}

function single(file: string, message: string, remedy: string): Importing {
  return { problems: [{ place: { file, line: 1, column: 1 }, message, remedy }] };
}
