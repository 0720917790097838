/** What the name that a client gives with EHLO says of it, without asking DNS. Pure. */
import { literalIp, parseDomain, parseLiteral, type Domain } from '../mail/mod.ts';
import { isInside, type IpAddress } from '../std/mod.ts';

export type HeloVerdict =
  | 'plausible'
  /** A client from outside claims our host name or one of our domains. */
  | 'ourName'
  /** The literal of another address than the client's. */
  | 'literalMismatch'
  /** A name of one label: `localhost`, `pc-12`. */
  | 'notFullyQualified'
  /** Neither a name nor an address literal: a bare address, nothing, rubbish. */
  | 'bogus';

/** Names that no stranger has. */
export interface OurNames {
  readonly hostname: string;
  /** Whether mail to exactly this domain is ours to receive. */
  readonly inbound: (domain: Domain) => boolean;
}

/**
 * Judges the name of EHLO (RFC 5321 4.1.1.1, 4.1.3). That it resolves is not asked for: RFC 5321 4.1.4 forbids to refuse for that.
 * Underscores pass, since many good servers have them in their names.
 */
export function heloPlausible(name: string, client: IpAddress, ours: OurNames): HeloVerdict {
  const literal = parseLiteral(name);
  if (literal !== undefined) return literalIp(literal).text === client.text ? 'plausible' : 'literalMismatch';
  // As long as before, and well formed just when it was so but for the underscores.
  const domain = parseDomain(name.replaceAll('_', 'x'));
  if (domain === undefined) return 'bogus';
  if (!isInside(client) && isOurs(name, ours)) return 'ourName';
  return domain.includes('.') ? 'plausible' : 'notFullyQualified';
}

function isOurs(name: string, { hostname, inbound }: OurNames): boolean {
  const domain = parseDomain(name);
  return domain !== undefined && (domain === hostname.toLowerCase() || inbound(domain));
}
