/**
 * Domain names, in the one form in which they are compared: ASCII lower case, A-labels, no trailing dot.
 *
 * Strict on purpose. Nothing is repaired: a name is well formed or it is not one. An underscore is not permitted
 * (RFC 5321 4.1.2), nor is a top-level label of digits only, which would be mistaken for an address.
 */
import { foldAscii } from './ascii.ts';
import { fromALabel, toALabel } from './idna.ts';
import { bidiAllows } from './idnaBidi.ts';
import type { Domain } from './types.ts';

/** Characters of a name without its trailing dot: 255 octets on the wire (RFC 1035 2.3.4) less length and root octets. */
const MAX_NAME = 253;
/** The longest text worth a look: a character of a U-label has at most two UTF-16 units and costs at least one octet. */
const MAX_TEXT = 2 * MAX_NAME + 2;

/** `sub-domain *("." sub-domain)` of RFC 5321 4.1.2 with the label length of RFC 1035 2.3.4. */
const ASCII_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const NUMERIC_TOP = /(?:^|\.)[0-9]+$/;
const NON_ASCII = /\P{ASCII}/u;
/**
 * Parses a domain name; undefined when `text` is not one. One trailing dot is accepted and dropped. U-labels become
 * A-labels; their characters must already be in NFC, lower case and stable under compatibility mapping (RFC 5891 4.2,
 * RFC 5892), only A to Z are folded, and the contextual and bidirectional rules hold (RFC 5892 appendix A, RFC 5893).
 *
 * A-labels as such need only be well encoded: names that were registered under older rules exist, and ours are only ever
 * compared in ASCII.
 */
export function parseDomain(text: string): Domain | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const folded = foldAscii(text);
  const bare = folded.endsWith('.') ? folded.slice(0, -1) : folded;
  const name = NON_ASCII.test(bare) ? toAscii(bare) : bare;
  if (name === undefined || name.length > MAX_NAME || !ASCII_NAME.test(name) || NUMERIC_TOP.test(name)) {
    return undefined;
  }
  if (name.includes('xn--') && !name.split('.').every(isWellEncoded)) return undefined;
  return branded(name);
}

/** The one place where a text becomes a `Domain`. */
function branded(name: string): Domain {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand is given, not converted
  return name as Domain;
}

function toAscii(name: string): string | undefined {
  const given = name.split('.');
  const labels: string[] = [];
  for (const label of given) {
    const ascii = NON_ASCII.test(label) ? toALabel(label) : label;
    if (ascii === undefined) return undefined;
    labels.push(ascii);
  }
  return bidiAllows(given.map(toULabel)) ? labels.join('.') : undefined;
}

/** Whether a label that claims to be an A-label is one. */
function isWellEncoded(label: string): boolean {
  return !label.startsWith('xn--') || fromALabel(label) !== undefined;
}

function toULabel(label: string): string {
  return label.startsWith('xn--') ? (fromALabel(label) ?? label) : label;
}

/** The domains above `domain`, most specific first, itself not included: `a.b.test` gives `b.test`, `test`. */
export function superdomains(domain: Domain): Domain[] {
  const above: Domain[] = [];
  for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
    above.push(branded(domain.slice(dot + 1)));
  }
  return above;
}
