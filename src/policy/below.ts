/** Values that hold for every domain below another one: `*.x.test` of the routing table, `@*.x.test` of a grant. */
import { isLiteral } from '../mail/mod.ts';
import type { Domain, DomainLiteral } from '../mail/mod.ts';

export interface Below<T> {
  readonly byDomain: ReadonlyMap<string, T>;
  /**
   * The most labels that a key has. Only so many labels of a domain are looked at, from the right, so the cost of a
   * lookup is bounded by the configuration and not by whoever sends a name of a hundred labels.
   */
  readonly labels: number;
}

export function compileBelow<T>(byDomain: ReadonlyMap<string, T>): Below<T> {
  let labels = 0;
  for (const domain of byDomain.keys()) labels = Math.max(labels, domain.split('.').length);
  return Object.freeze({ byDomain, labels });
}

/** The value of the most specific key that `domain` is below: whole labels, and a domain is not below itself. */
export function findBelow<T>(below: Below<T>, domain: Domain | DomainLiteral): T | undefined {
  if (below.labels === 0 || isLiteral(domain)) return undefined;
  let found: T | undefined;
  let dot = domain.lastIndexOf('.');
  for (let labels = 1; dot > 0 && labels <= below.labels; labels += 1) {
    found = below.byDomain.get(domain.slice(dot + 1)) ?? found;
    dot = domain.lastIndexOf('.', dot - 1);
  }
  return found;
}

/** Visits the value of every key that `domain` is below, the widest first. */
export function visitBelow<T>(
  below: Below<T>,
  domain: Domain | DomainLiteral,
  visit: (value: T) => void,
): void {
  if (below.labels === 0 || isLiteral(domain)) return;
  let dot = domain.lastIndexOf('.');
  for (let labels = 1; dot > 0 && labels <= below.labels; labels += 1) {
    const value = below.byDomain.get(domain.slice(dot + 1));
    if (value !== undefined) visit(value);
    dot = domain.lastIndexOf('.', dot - 1);
  }
}
