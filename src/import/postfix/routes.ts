/** Routes for the domains of which Postfix takes mail from anybody, and where mail for the others goes. */
import type { Destination, DestinationClass, Destinations } from './destinations.ts';
import { splitList } from './lines.ts';
import type { Piece } from './pieces.ts';
import { RouteBuilder } from './routeBuilder.ts';
import type { Chosen, RouteContext, Routes } from './routeBuilder.ts';
import { readTable } from './tables.ts';
import type { Entry } from './tables.ts';
import { parseTransport } from './transports.ts';

const TRANSPORTS: Readonly<Record<DestinationClass, readonly string[]>> = {
  local: ['mailbox_transport', 'local_transport'],
  alias: [],
  mailbox: ['virtual_transport'],
  relay: ['relay_transport'],
};

/** `pieces`: what Postfix takes from clients that have not signed in. */
export function buildRoutes(
  destinations: Destinations,
  pieces: readonly Piece[],
  context: RouteContext,
): Routes {
  const map = readMaps('transport_maps', context);
  const aliases = readMaps('virtual_alias_maps', context);
  const builder = new RouteBuilder(pieces, context);
  // A rewrite needs the route that it leads to.
  const isAlias = ({ class: kind }: Destination): number => Number(kind === 'alias');
  for (const destination of destinations.named.toSorted((one, other) => isAlias(one) - isAlias(other)))
    builder.add(destination, transportOf(destination, map, context), aliases);
  const own = new Set(destinations.named.map(keyOf));
  for (const [key, entry] of map) if (!own.has(key)) builder.transportOnly(entry);
  tellAliases(aliases, builder, context);
  return builder.result();
}

/** How transport_maps names it. */
function keyOf({ domain, belowOnly }: Destination): string {
  return belowOnly ? `.${domain}` : domain;
}

/** The entries of all tables of a setting; of one key the first counts. */
function readMaps(
  name: 'transport_maps' | 'virtual_alias_maps',
  context: RouteContext,
): ReadonlyMap<string, Entry> {
  const setting = context.settings.get(name);
  const entries = new Map<string, Entry>();
  for (const spec of splitList(setting.text)) {
    const table = readTable(spec, setting.where, context);
    if (table.kind !== 'keyed') {
      const why = table.kind === 'opaque' ? table.why : 'A table of networks does not fit here.';
      context.tell({ what: `${spec} in ${name}`, where: setting.where, why });
      continue;
    }
    for (const entry of table.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  }
  return entries;
}

/** transport(5): the domain, then `.parent` for each parent, then `*`; else what its class says. */
function transportOf(
  { domain, belowOnly, class: kind }: Destination,
  map: ReadonlyMap<string, Entry>,
  { settings, services }: RouteContext,
): Chosen {
  const labels = domain.split('.');
  const parents = labels.map((_, index) => `.${labels.slice(index).join('.')}`);
  const keys = belowOnly ? parents : [domain, ...parents.slice(1)];
  for (const key of [...keys, '*']) {
    const entry = map.get(key);
    if (entry === undefined) continue;
    const transport = parseTransport(entry.value, services);
    if (transport.kind !== 'unchanged')
      return { transport, where: entry.where, what: `${key} ${entry.value}` };
  }
  for (const name of TRANSPORTS[kind]) {
    const setting = settings.get(name);
    if (setting.text === '') continue;
    return {
      transport: parseTransport(setting.text, services),
      where: setting.where,
      what: `${name} = ${setting.text}`,
    };
  }
  return { transport: { kind: 'mailbox' }, where: { file: 'main.cf' }, what: kind };
}

/** Addresses are not carried over: accounts have them, and accounts are not in the configuration. */
function tellAliases(
  aliases: ReadonlyMap<string, Entry>,
  { routes }: RouteBuilder,
  { tell }: RouteContext,
): void {
  const rewritten = new Set(
    routes.filter(({ action }) => action[0] === 'rewrite').map(({ domain }) => `@${domain}`),
  );
  const left = [...aliases.values()].filter(({ key }) => key.includes('@') && !rewritten.has(key));
  const [first] = left;
  if (first === undefined) return;
  const shown = left.slice(0, 20).map(({ key, value }) => `${key} to ${value}`);
  const more = left.length > shown.length ? `, and ${left.length - shown.length} more` : '';
  tell({
    what: 'virtual_alias_maps',
    where: first.where,
    why: `Addresses belong to accounts, and mail is not sent on from one to another: ${shown.join(', ')}${more}.`,
    remedy: 'Give each mailbox its addresses: postern account add ADDRESS --alias ADDRESS.',
  });
}
