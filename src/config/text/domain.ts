/** Domain names, and the patterns of the routing table. */
import { foldAscii, parseDomain, parseLiteral } from '../../mail/mod.ts';
import type { Domain, DomainLiteral } from '../../mail/mod.ts';
import { parseIp } from '../../std/mod.ts';
import { quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

/** A domain; U-labels become A-labels, case and a trailing dot do not count. */
export function parseDomainName(text: string): Domain | TextProblem {
  return parseDomain(text) ?? explainDomain(text, '');
}

/** An entry of the routing table before its action. */
export interface RoutePattern {
  readonly domain: Domain;
  readonly subdomains: boolean;
}

/** `contoso.example` (that domain) or `*.contoso.example` (every domain below it, not itself). */
export function parseRoutePattern(text: string): RoutePattern | TextProblem {
  if (text === '*' || text === '*.') {
    return textProblem(
      `${quoted(text)} would be every domain`,
      'Name the domains; where the others go is said by routing.outbound, who may send there by relay.allow.',
    );
  }
  const subdomains = text.startsWith('*.');
  const domain = parseDomain(subdomains ? text.slice(2) : text);
  return domain === undefined ? explainDomain(text, '*.') : { domain, subdomains };
}

/** How a route pattern is written. */
export function formatRoutePattern(pattern: RoutePattern): string {
  return pattern.subdomains ? `*.${pattern.domain}` : pattern.domain;
}

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
export function parseAddressLiteral(text: string): DomainLiteral | TextProblem {
  const literal = parseLiteral(text);
  if (literal !== undefined) return literal;
  const bare = text.replace(/^\[(?:ipv6:)?/i, '').replace(/\]$/, '');
  const address = parseIp(bare);
  return textProblem(
    `${quoted(text)} is not an address literal`,
    address === undefined
      ? 'Write "[192.0.2.1]" or "[IPv6:2001:db8::1]".'
      : `Write "[${address.family === 4 ? '' : 'IPv6:'}${address.text}]".`,
  );
}

/** `wildcard` is what stands before a domain to mean those below it, empty where that is not possible. */
function explainDomain(text: string, wildcard: '' | '*.'): TextProblem {
  const what = `${quoted(text)} is not a domain name`;
  if (text === '') return textProblem('the domain is empty');
  if (parseIp(text.replace(/^\[|\]$/g, '')) !== undefined) {
    return textProblem(
      `${quoted(text)} is an address, not a domain name`,
      wildcard === '' ? undefined : 'Address literals that are ours are listed in routing.literals.',
    );
  }
  const at = text.lastIndexOf('@');
  const behind = parseDomain(text.slice(at + 1));
  if (at !== -1 && behind !== undefined)
    return textProblem(what, `Write ${behind}, without what stands before it.`);
  const bare = parseDomain(text.replace(/^[*.#]+/, ''));
  if (bare === undefined) return textProblem(what, explainLabels(text));
  if (wildcard === '' || text.startsWith('#')) return textProblem(what, `Write ${bare}.`);
  return textProblem(
    what,
    `Write ${bare} for that domain, or "${wildcard}${bare}" for every domain below it.`,
  );
}

function explainLabels(text: string): string | undefined {
  if (/[\s,;]/.test(text)) return 'One domain stands in an entry; there are no blanks or commas in it.';
  if (text.includes('_')) return 'An underscore is not permitted in a mail domain (RFC 5321 4.1.2).';
  if (text.includes('..')) return 'There is nothing between two of its dots.';
  if (text.includes('*')) return 'A wildcard stands only at the beginning: "*.contoso.example".';
  if (
    foldAscii(text)
      .split('.')
      .some((label) => label.length > 63)
  )
    return 'A label has at most 63 characters.';
  return undefined;
}
