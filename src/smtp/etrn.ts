/** The argument of ETRN (RFC 1985 5): `domain`, `@domain` with what is below it, `#queue`. */
import { parseDomain } from '../mail/mod.ts';
import type { EtrnTarget } from './types.ts';

const QUEUE = /^[A-Za-z0-9._-]{1,64}$/;

/** Undefined: it is none of the three. */
export function parseEtrnTarget(text: string): EtrnTarget | undefined {
  const name = text.slice(1);
  if (text.startsWith('#')) return QUEUE.test(name) ? { kind: 'queue', name } : undefined;
  const subdomains = text.startsWith('@');
  const domain = parseDomain(subdomains ? name : text);
  return domain === undefined ? undefined : { kind: 'domain', domain, subdomains };
}
