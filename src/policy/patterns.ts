/** Lists of address patterns, compiled so that a match costs the same for one pattern as for ten thousand. */
import { foldAscii } from '../mail/mod.ts';
import type { Mailbox, ReversePath } from '../mail/mod.ts';
import { compileBelow, findBelow } from './below.ts';
import type { Below } from './below.ts';
import type { AddressPattern } from './types.ts';

export interface PatternSet {
  /** `localKey@domain`; the last `@` separates, so no two addresses share a key. */
  readonly addresses: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  /** The domains below which everything fits. */
  readonly above: Below<true>;
  /** The null reverse-path fits. */
  readonly null: boolean;
  /** As configured, for explanations. */
  readonly source: readonly AddressPattern[];
}

export function compilePatterns(source: readonly AddressPattern[]): PatternSet {
  const addresses = new Set<string>();
  const domains = new Set<string>();
  const above = new Map<string, true>();
  for (const pattern of source) {
    switch (pattern.kind) {
      case 'address':
        addresses.add(`${foldAscii(pattern.localKey)}@${pattern.domain}`);
        break;
      case 'domain':
        domains.add(pattern.domain);
        break;
      case 'subdomains':
        above.set(pattern.domain, true);
        break;
      case 'null':
        break;
      default:
        pattern satisfies never;
    }
  }
  const nullFits = source.some((pattern) => pattern.kind === 'null');
  return Object.freeze({
    addresses,
    domains,
    above: compileBelow(above),
    null: nullFits,
    source: Object.freeze([...source]),
  });
}

/** Whether `address` fits one of the patterns. The local part is compared unquoted and without regard to ASCII case. */
export function fitsPatterns(patterns: PatternSet, address: ReversePath): boolean {
  if (address === null) return patterns.null;
  const { domain } = address;
  if (patterns.domains.has(domain)) return true;
  if (patterns.addresses.size > 0 && patterns.addresses.has(addressKey(address))) return true;
  return findBelow(patterns.above, domain) === true;
}

/** What `PatternSet.addresses` holds of an address. */
export function addressKey({ localKey, domain }: Mailbox): string {
  return `${localKey}@${domain}`;
}

/** The pattern as the configuration writes it. */
export function formatPattern(pattern: AddressPattern): string {
  switch (pattern.kind) {
    case 'address':
      return `${pattern.localKey}@${pattern.domain}`;
    case 'domain':
      return `@${pattern.domain}`;
    case 'subdomains':
      return `@*.${pattern.domain}`;
    case 'null':
      return '<>';
    default:
      return pattern satisfies never;
  }
}
