/** Case and character classes of ASCII only: what the mail protocols fold is A to Z and nothing else. */

const UPPER = /[A-Z]/;
const UPPER_RUN = /[A-Z]+/g;

/**
 * Folds A to Z to lower case and leaves every other character alone. `String.prototype.toLowerCase()` is not used on
 * unknown text: it maps U+212A (KELVIN SIGN) to `k`, so two different names would become equal.
 */
export function foldAscii(text: string): string {
  return UPPER.test(text) ? text.replace(UPPER_RUN, (run) => run.toLowerCase()) : text;
}
