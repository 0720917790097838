/** Commands that a person is shown to run next. */

const PLAIN = /^[A-Za-z0-9@%+=:,./_-]+$/;

/** A command line that a POSIX shell splits into exactly these words. */
export function commandLine(words: readonly string[]): string {
  return words
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}
