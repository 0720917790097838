/**
 * U-labels (RFC 5890 2.3.2.1): labels of domain names in Unicode, as IDNA 2008 permits them, to A-labels. Strict: nothing is
 * mapped, folded or normalized; a label is one or it is not. Which characters are letters is what the Unicode data of the
 * platform says; characters that Unicode has not assigned are none.
 */
import { contextAllows } from './idnaContext.ts';
import { decodePunycode, encodePunycode } from './punycode.ts';
import { firstUnfit } from './text.ts';

const MAX_LABEL = 63;

/**
 * The general categories that RFC 5892 2.1 admits, without capitals, which would have to be folded; the exceptions that it
 * admits beside them (2.6); and what it admits in a context (appendix A).
 */
const U_LABEL =
  /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}\u06fd\u06fe\u0f0b\u3007\p{Join_Control}\u00b7\u0375\u05f3\u05f4\u30fb-]+$/u;
/** Admitted by category and excluded by RFC 5892: ignorable (2.3), exceptions (2.6), conjoining Hangul jamo (2.9). */
const EXCLUDED =
  /[\p{Default_Ignorable_Code_Point}--\p{Join_Control}]|[\u302e-\u302f\u0640\u07fa\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]/v;
/** Small Cherokee letters, alone among all, fold to capitals. */
const FOLDED_TO_CAPITAL = /[\u13f8-\u13fd\uab70-\uabbf]/;
/** Letters that the way over the capital changes, though they are stable (dotless i) or excepted (RFC 5892 2.6). */
const NOT_FOLDED = /[ßςı]/;
const LEADING_MARK = /^\p{M}/u;

/** The A-label of a U-label; undefined when `label` is none, or when its A-label would not lead back to it. */
export function toALabel(label: string): string | undefined {
  if (!U_LABEL.test(label) || EXCLUDED.test(label) || LEADING_MARK.test(label)) return undefined;
  if (!isStable(label) || !contextAllows(label)) return undefined;
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

/**
 * What a label that claims to be an A-label says; undefined when it is not Punycode, or that of characters which show nothing.
 * It need not be a U-label: names that were registered under older rules exist, with symbols for instance.
 */
export function fromALabel(label: string): string | undefined {
  const encoded = label.slice(4);
  const decoded = decodePunycode(encoded);
  // Punycode of ASCII alone ends in a hyphen: no label. What would be encoded differently is not its own A-label.
  if (decoded === undefined || firstUnfit(decoded) !== -1) return undefined;
  return encodePunycode(decoded) === encoded ? decoded : undefined;
}
