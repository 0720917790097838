/**
 * The Bidi rule for domain names (RFC 5893 2): what keeps labels that are written from right to left apart from their
 * neighbours when they are shown. Unicode's bidirectional classes are told by block here: of the characters that a label may
 * have, those of the right-to-left blocks are R or AL unless they are marks or digits of the classes EN and AN.
 */

/** Classes R and AL. */
const RIGHT =
  '[[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufeff\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}]' +
  '--[\\p{Mn}\\u0660-\\u0669\\u06f0-\\u06f9\\u{10d30}-\\u{10d39}]]';
/** Classes EN and AN. */
const EUROPEAN = '[0-9\\u06f0-\\u06f9]';
const ARABIC = '[\\u0660-\\u0669\\u{10d30}-\\u{10d39}]';
/** Classes ES, ON and BN: the hyphen, signs that RFC 5892 admits in a context, and modifiers that count as letters. */
const NEUTRAL =
  '[\\-\\u00b7\\u0375\\u30fb\\u200c\\u200d\\u02b9\\u02ba\\u02c6-\\u02cf\\u02ec\\u2e2f\\ua67f\\ua717-\\ua71f\\ua788]';

const HAS_RIGHT = new RegExp(RIGHT, 'v');
const HAS_EUROPEAN = new RegExp(EUROPEAN, 'v');
const HAS_ARABIC = new RegExp(ARABIC, 'v');
/** Conditions 1 to 3. */
const RIGHT_TO_LEFT = new RegExp(
  `^(?=${RIGHT})[${RIGHT}${EUROPEAN}${ARABIC}${NEUTRAL}\\p{Mn}]*[${RIGHT}${EUROPEAN}${ARABIC}]\\p{Mn}*$`,
  'v',
);
/** Conditions 1, 5 and 6. */
const LEFT_TO_RIGHT = new RegExp(
  `^(?!${EUROPEAN}|${NEUTRAL}|\\p{Mn})[^${RIGHT}${ARABIC}]*[^${RIGHT}${ARABIC}${NEUTRAL}\\p{Mn}]\\p{Mn}*$`,
  'v',
);

/** Whether the labels of a name, as U-labels, may stand together. Without a right-to-left label they always may. */
export function bidiAllows(labels: readonly string[]): boolean {
  return !labels.some((label) => HAS_RIGHT.test(label) || HAS_ARABIC.test(label)) || labels.every(allows);
}

function allows(label: string): boolean {
  if (HAS_EUROPEAN.test(label) && HAS_ARABIC.test(label)) return false; // condition 4
  return RIGHT_TO_LEFT.test(label) || LEFT_TO_RIGHT.test(label);
}
