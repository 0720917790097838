/**
 * Characters of U-labels that are permitted beside certain others only (RFC 5892 appendix A).
 *
 * A deviation, on the safe side: the joining types of Unicode are known here for the Arabic script alone, so a zero width
 * non-joiner between letters of Syriac, Mongolian, N'Ko and other cursive scripts (rule A.1, second half) is refused. After a
 * virama it is permitted in every script.
 */

/** Canonical combining class Virama, as of Unicode 14; what was added later is not known here, and so refused. */
const VIRAMA =
  '\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba\\u0f84\\u1039\\u103a' +
  '\\u1714\\u1715\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed' +
  '\\u{10a3f}\\u{11046}\\u{11070}\\u{1107f}\\u{110b9}\\u{11133}\\u{11134}\\u{111c0}\\u{11235}\\u{112ea}\\u{1134d}\\u{11442}' +
  '\\u{114c2}\\u{115bf}\\u{1163f}\\u{116b6}\\u{1172b}\\u{11839}\\u{1193d}\\u{1193e}\\u{119e0}\\u{11a34}\\u{11a47}\\u{11a99}' +
  '\\u{11c3f}\\u{11d44}\\u{11d45}\\u{11d97}';
/** Arabic letters that join to what follows them (Joining_Type D). */
const JOINS_ON =
  '\\u0620\\u0626\\u0628\\u062a-\\u062e\\u0633-\\u063f\\u0641-\\u0647\\u0649\\u064a\\u066e\\u066f\\u0678-\\u0687\\u069a-\\u06bf' +
  '\\u06c1\\u06c2\\u06cc\\u06ce\\u06d0\\u06d1\\u06fa-\\u06fc\\u06ff';
/** Those that join to what precedes them only (R). */
const JOINS_BACK =
  '\\u0622-\\u0625\\u0627\\u0629\\u062f-\\u0632\\u0648\\u0671-\\u0673\\u0675-\\u0677\\u0688-\\u0699\\u06c0\\u06c3-\\u06cb\\u06cd' +
  '\\u06cf\\u06d2\\u06d3\\u06d5\\u06ee\\u06ef';

const AFTER_VIRAMA = new RegExp(`[${VIRAMA}]$`, 'u');
const JOINED_BEFORE = new RegExp(`[${JOINS_ON}]\\p{Mn}*$`, 'u');
const JOINED_AFTER = new RegExp(`^\\p{Mn}*[${JOINS_ON}${JOINS_BACK}]`, 'u');
const HEBREW_BEFORE = /\p{Script=Hebrew}$/u;
const GREEK_AFTER = /^\p{Script=Greek}/u;
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const CONTEXTUAL = /[\p{Join_Control}\u00b7\u0375\u05f3\u05f4\u30fb]/gu;
const ARABIC_INDIC = /[\u0660-\u0669]/;
const EXTENDED_ARABIC_INDIC = /[\u06f0-\u06f9]/;

type Rule = (before: string, after: string) => boolean;

const hebrew: Rule = (before) => HEBREW_BEFORE.test(before);
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  // A.1
  [
    '\u200c',
    (before, after) => AFTER_VIRAMA.test(before) || (JOINED_BEFORE.test(before) && JOINED_AFTER.test(after)),
  ],
  // A.2
  ['\u200d', (before) => AFTER_VIRAMA.test(before)],
  // A.3: the middle dot of Catalan.
  ['\u00b7', (before, after) => before.endsWith('l') && after.startsWith('l')],
  // A.4
  ['\u0375', (_, after) => GREEK_AFTER.test(after)],
  // A.5, A.6
  ['\u05f3', hebrew],
  ['\u05f4', hebrew],
  // A.7
  ['\u30fb', (before, after) => JAPANESE.test(before) || JAPANESE.test(after)],
]);

/** Whether every such character of the label stands where it may. */
export function contextAllows(label: string): boolean {
  // A.8, A.9: digits of one kind.
  if (ARABIC_INDIC.test(label) && EXTENDED_ARABIC_INDIC.test(label)) return false;
  for (const { 0: character, index } of label.matchAll(CONTEXTUAL)) {
    const rule = RULES.get(character);
    if (rule?.(label.slice(0, index), label.slice(index + 1)) !== true) return false;
  }
  return true;
}
