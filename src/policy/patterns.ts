/** Lists of address patterns, compiled so that a match costs the same for one pattern as for ten thousand. */
import { foldAscii, isLiteral, superdomains } from '../mail/mod.ts';
import type { ReversePath } from '../mail/mod.ts';
import type { AddressPattern } from './types.ts';

export interface PatternSet {
  /** `localKey@domain`; the last `@` separates, so no two addresses share a key. */
  readonly addresses: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  /** The domains below which everything fits. */
  readonly above: ReadonlySet<string>;
  /** The null reverse-path fits. */
  readonly null: boolean;
  /** As configured, for explanations. */
  readonly source: readonly AddressPattern[];
}

export function compilePatterns(source: readonly AddressPattern[]): PatternSet {
  const addresses = new Set<string>();
  const domains = new Set<string>();
  const above = new Set<string>();
  for (const pattern of source) {
    switch (pattern.kind) {
      case 'address':
        addresses.add(`${foldAscii(pattern.localKey)}@${pattern.domain}`);
        break;
      case 'domain':
        domains.add(pattern.domain);
        break;
      case 'subdomains':
        above.add(pattern.domain);
        break;
      case 'null':
        break;
      default:
        pattern satisfies never;
    }
  }
  const nullFits = source.some((pattern) => pattern.kind === 'null');
  return Object.freeze({ addresses, domains, above, null: nullFits, source: Object.freeze([...source]) });
}

/** Whether `address` fits one of the patterns. The local part is compared unquoted and without regard to ASCII case. */
export function fitsPatterns(patterns: PatternSet, address: ReversePath): boolean {
  if (address === null) return patterns.null;
  const { domain, localKey } = address;
  if (patterns.domains.has(domain)) return true;
  if (patterns.addresses.size > 0 && patterns.addresses.has(`${localKey}@${domain}`)) return true;
  if (patterns.above.size === 0 || isLiteral(domain)) return false;
  return superdomains(domain).some((parent) => patterns.above.has(parent));
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
