/**
 * Punycode (RFC 3492): the ASCII form of a label of a domain name. Strict in both directions: what cannot be a label
 * gives undefined. Labels have at most 63 octets, so every loop here is short.
 */

// RFC 3492 section 5.
const BASE = 36;
const TMIN = 1;
const TMAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 0x80;

const MAX_LABEL = 63;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** RFC 3492 section 6.1. */
function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  while (rest > ((BASE - TMIN) * TMAX) >> 1) {
    rest = Math.floor(rest / (BASE - TMIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - TMIN + 1) * rest) / (rest + SKEW));
}

function threshold(k: number, bias: number): number {
  return Math.min(Math.max(k - bias, TMIN), TMAX);
}

/** The generalized variable-length integer of `delta` (RFC 3492 section 3.3). */
function encodeDelta(delta: number, bias: number): string {
  let rest = delta;
  let text = '';
  for (let k = BASE; ; k += BASE) {
    const t = threshold(k, bias);
    if (rest < t) return text + DIGITS.charAt(rest);
    text += DIGITS.charAt(t + ((rest - t) % (BASE - t)));
    rest = Math.floor((rest - t) / (BASE - t));
  }
}

/** Encodes a label, without the prefix `xn--`; undefined when the result would be too long for a label. */
export function encodePunycode(label: string): string | undefined {
  const points = Array.from(label, (character) => character.codePointAt(0) ?? 0);
  if (points.length > MAX_LABEL) return undefined;
  const basic = points.filter((point) => point < INITIAL_N);
  let text = String.fromCodePoint(...basic);
  if (basic.length > 0) text += '-';
  let bias = INITIAL_BIAS;
  let delta = 0;
  let done = basic.length;
  let n = INITIAL_N;
  while (done < points.length) {
    const from = n;
    const next = points.reduce((least, point) => (point >= from && point < least ? point : least), Infinity);
    delta += (next - n) * (done + 1);
    for (const point of points) {
      if (point < next) delta += 1;
      if (point !== next) continue;
      text += encodeDelta(delta, bias);
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done += 1;
    }
    delta += 1;
    n = next + 1;
  }
  return text.length > MAX_LABEL ? undefined : text;
}

/** Decodes what follows `xn--` in lower case; undefined when it is not Punycode of Unicode scalar values. */
export function decodePunycode(text: string): string | undefined {
  if (text.length > MAX_LABEL) return undefined;
  const hyphen = text.lastIndexOf('-');
  const points = hyphen > 0 ? Array.from(text.slice(0, hyphen), (basic) => basic.charCodeAt(0)) : [];
  if (points.some((point) => point >= INITIAL_N)) return undefined;
  let n = INITIAL_N;
  let index = 0;
  let bias = INITIAL_BIAS;
  // A leading hyphen with no basic characters before it would not come out of the encoder: the round trip refuses it.
  for (let at = hyphen > 0 ? hyphen + 1 : 0; at < text.length;) {
    const before = index;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = at < text.length ? DIGITS.indexOf(text.charAt(at)) : -1;
      at += 1;
      if (digit < 0) return undefined;
      index += digit * weight;
      const t = threshold(k, bias);
      if (digit < t) break;
      weight *= BASE - t;
    }
    const length = points.length + 1;
    bias = adapt(index - before, length, before === 0);
    // At most 36 ** 63: exact or not, an index out of bounds gives a code point out of bounds.
    n += Math.floor(index / length);
    index %= length;
    if (n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff)) return undefined;
    points.splice(index, 0, n);
    index += 1;
  }
  return String.fromCodePoint(...points);
}
