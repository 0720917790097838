/**
 * Domain names, in the one form in which they are compared: ASCII lower case, A-labels, no trailing dot.
 *
 * Strict on purpose. Nothing is repaired: a name is well formed or it is not one. An underscore is not permitted
 * (RFC 5321 4.1.2), nor is a top-level label of digits only, which would be mistaken for an address.
 */
import { foldAscii } from './ascii.ts';
import { decodePunycode, encodePunycode } from './punycode.ts';
import type { Domain } from './types.ts';

/** Characters of a name without its trailing dot: 255 octets on the wire (RFC 1035 2.3.4) less length and root octets. */
const MAX_NAME = 253;
const MAX_LABEL = 63;
/** The longest text worth a look: a character of a U-label has at most two UTF-16 units and costs at least one octet. */
const MAX_TEXT = 2 * MAX_NAME + 2;

/** `sub-domain *("." sub-domain)` of RFC 5321 4.1.2 with the label length of RFC 1035 2.3.4. */
const ASCII_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const NUMERIC_TOP = /(?:^|\.)[0-9]+$/;
const NON_ASCII = /\P{ASCII}/u;
/** The general categories that RFC 5892 2.1 admits, without capitals: those would have to be folded. */
const U_LABEL = /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}-]+$/u;
/** Admitted by category and excluded by RFC 5892: ignorable (2.3), exceptions (2.6), conjoining Hangul jamo (2.9). */
const EXCLUDED =
  /\p{Default_Ignorable_Code_Point}|[\u302e-\u302f\u0640\u07fa\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]/u;
/** Small Cherokee letters, alone among all, fold to capitals. */
const FOLDED_TO_CAPITAL = /[\u13f8-\u13fd\uab70-\uabbf]/;
/** Letters that the way over the capital changes, though they are stable (dotless i) or excepted (RFC 5892 2.6). */
const NOT_FOLDED = /[ßςı]/;
const LEADING_MARK = /^\p{M}/u;

/**
 * Parses a domain name; undefined when `text` is not one. One trailing dot is accepted and dropped. U-labels become
 * A-labels; their characters must already be in NFC, lower case and stable under compatibility mapping (RFC 5891 4.2,
 * RFC 5892), only A to Z are folded. The contextual and bidirectional rules (RFC 5892 appendix A, RFC 5893) are not
 * applied: code points that need them are refused or harmless, since names are only ever compared in ASCII.
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
  const labels: string[] = [];
  for (const label of name.split('.')) {
    const ascii = NON_ASCII.test(label) ? toALabel(label) : label;
    if (ascii === undefined) return undefined;
    labels.push(ascii);
  }
  return labels.join('.');
}

function toALabel(label: string): string | undefined {
  if (!U_LABEL.test(label) || EXCLUDED.test(label) || LEADING_MARK.test(label) || !isStable(label)) {
    return undefined;
  }
  if (label.startsWith('-') || label.endsWith('-') || label.startsWith('--', 2)) return undefined; // RFC 5891 4.2.3.1
  const encoded = encodePunycode(label);
  if (encoded === undefined || encoded.length + 4 > MAX_LABEL) return undefined;
  return decodePunycode(encoded) === label ? `xn--${encoded}` : undefined;
}

/** RFC 5892 2.2: what normalization, compatibility mapping or case folding would change is no label. */
function isStable(label: string): boolean {
  if (FOLDED_TO_CAPITAL.test(label)) return false;
  // Full case folding, one character at a time, since the lower case of a sigma depends on its place.
  const folded = Array.from(label.normalize('NFKC'), (character) =>
    NOT_FOLDED.test(character) ? character : character.toUpperCase().toLowerCase(),
  );
  return folded.join('').normalize('NFKC') === label;
}

/** Whether a label that claims to be an A-label is Punycode. (That of ASCII alone ends in a hyphen: no label.) */
function isWellEncoded(label: string): boolean {
  if (!label.startsWith('xn--')) return true;
  const decoded = decodePunycode(label.slice(4));
  return decoded !== undefined && encodePunycode(decoded) === label.slice(4);
}

/** The domains above `domain`, most specific first, itself not included: `a.b.test` gives `b.test`, `test`. */
export function superdomains(domain: Domain): Domain[] {
  const above: Domain[] = [];
  for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
    above.push(branded(domain.slice(dot + 1)));
  }
  return above;
}
