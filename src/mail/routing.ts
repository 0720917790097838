/**
 * Local parts in which a server behind us could find another destination. We never decode them: for us a local part is
 * opaque. But a host to which we forward a domain may trust us and follow what is written there, which would make the
 * two of us an open relay.
 */
import type { Mailbox } from './types.ts';

/** The percent hack, UUCP and DECnet paths, a nested address or route; a backslash, which only hides one of them. */
const ROUTING = /[%!@:\\]/;
/** Exchange's encapsulated addresses, `IMCEASMTP-user+40host@...`; and X.400 O/R addresses, `/RFC-822=user(a)host/`. */
const ENCAPSULATED = /^(?:imcea|\/.*=)/i;
const SRS = /^srs[01](?:[=+-]|$)/i;
/** With a hash of four or more characters and, in SRS0, a time stamp of two: what a rewriter can verify. */
const SIGNED_SRS = /^(?:srs0[=+-][a-z0-9+/]{4,}=[a-z2-7]{2}=[^=]+=.|srs1[=+-][a-z0-9+/]{4,}=[^=]+=[=+-].)/i;

/** Whether the local part holds routing characters or an encapsulated address; an SRS address when it is unsigned. */
export function hasRoutingCharacters(mailbox: Mailbox): boolean {
  const { localPart, localKey, utf8 } = mailbox;
  // The host behind may map compatible characters to one: a full-width @ or % would then be what it looks like.
  const plain = utf8 ? localKey.normalize('NFKC') : localKey;
  if (ROUTING.test(localPart) || ROUTING.test(plain) || ENCAPSULATED.test(plain)) return true;
  return SRS.test(plain) && !SIGNED_SRS.test(plain);
}
