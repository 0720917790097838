/**
 * The routing table of the Routing tab as text, a line an entry: what the mail is sent to, then where it goes.
 *
 *     contoso.example      <inbound>
 *     #adatum.example      mail.adatum.example
 *
 * The service kept the table in its directory, not in the registry; so it is copied from the dialogue. An entry fits
 * its domain and every domain below it; `#` before it makes it fit that domain alone. The exact entries come first,
 * then the most specific of the others, in whatever order they stand.
 */
import { parseHost, isTextProblem, suggest } from '../../config/mod.ts';
import type { ConfigProblem } from '../../config/mod.ts';
import { parseDomain } from '../../mail/mod.ts';
import type { Domain } from '../../mail/mod.ts';
import { formatHost } from '../../std/mod.ts';

export interface OldRoute {
  readonly domain: Domain;
  /** Written with `#`: not the domains below it. */
  readonly exact: boolean;
  /** `host:port`, or inbound. */
  readonly to: 'inbound' | { readonly host: string };
  readonly line: number;
}

export type RoutingTableReading =
  | { readonly routes: readonly OldRoute[] }
  | { readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

const SEPARATOR = /\s*(?:[,;\t]|=+>|-+>|\s)\s*/;

export function parseRoutingTable(text: string, file: string): RoutingTableReading {
  const routes: OldRoute[] = [];
  const problems: ConfigProblem[] = [];
  const first = new Map<string, number>();
  for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
    const line = written.trim();
    if (isDecoration(line)) continue;
    const place = { file, line: index + 1, column: written.length - written.trimStart().length + 1 };
    const route = parseRoute(line, index + 1);
    if ('message' in route) {
      problems.push({ place, ...route });
      continue;
    }
    const key = `${route.exact ? '#' : ''}${route.domain}`;
    const earlier = first.get(key);
    if (earlier === undefined) routes.push(route);
    else
      problems.push({
        place,
        message: `${key} is here a second time`,
        remedy: `The first one is in line ${earlier}.`,
      });
    first.set(key, index + 1);
  }
  const [one, ...others] = problems;
  return one === undefined ? { routes } : { problems: [one, ...others] };
}

/** Empty lines, comments, and the head of the dialogue's list. */
function isDecoration(line: string): boolean {
  return line === '' || /^(?:;|\/\/)/.test(line) || /^sent\s*to\b/i.test(line) || /^[\s=_-]+$/.test(line);
}

function parseRoute(
  line: string,
  number: number,
): OldRoute | { readonly message: string; readonly remedy?: string } {
  const [left = '', ...rest] = line.split(SEPARATOR);
  const right = rest.join(' ');
  const exact = left.startsWith('#');
  const domain = parseDomain(exact ? left.slice(1) : left);
  if (domain === undefined) {
    return {
      message: `${JSON.stringify(left)} is not a domain of the routing table`,
      remedy: 'A line is a domain, or # and a domain, then <inbound> or a host.',
    };
  }
  if (right === '') {
    return { message: `${left} has no destination`, remedy: 'Write <inbound> or a host behind it.' };
  }
  if (/^<?inbound>?$/i.test(right)) return { domain, exact, to: 'inbound', line: number };
  const host = parseHost(right.replace(/^\[([^\]:]+)\]$/, '$1'), { port: 25 });
  if (!isTextProblem(host)) return { domain, exact, to: { host: formatHost(host) }, line: number };
  const near = suggest(right.toLowerCase(), ['<inbound>']);
  return {
    message: `${JSON.stringify(right)} is neither <inbound> nor a host`,
    remedy:
      near === undefined ? 'Write <inbound>, or the name or address of one host.' : `Did you mean ${near}?`,
  };
}

/** An entry of Postern's table. */
export interface NewRoute {
  /** `contoso.example` or `*.contoso.example` */
  readonly pattern: string;
  readonly route: OldRoute;
}

/** The same table with one entry for each domain and one for what is below it; the more specific wins in both. */
export function expandRoutes(routes: readonly OldRoute[]): readonly NewRoute[] {
  const exact = new Set(routes.filter((route) => route.exact).map(({ domain }) => domain));
  return routes.flatMap((route) => {
    const { domain } = route;
    if (route.exact) return [{ pattern: domain, route }];
    const below = { pattern: `*.${domain}`, route };
    return exact.has(domain) ? [below] : [{ pattern: domain, route }, below];
  });
}
