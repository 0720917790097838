/** Text from elsewhere on a terminal: what could move the cursor, change colours or break a line is shown as `?`. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

export function printable(text: string): string {
  return text.replace(CONTROL, '?');
}

/** The value as JSON that does nothing on a terminal either: a `CSI` of one octet (U+009B) is none of what JSON itself escapes. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(CONTROL, (control) =>
    // Outside of strings JSON has line ends and no other control character; inside it has no raw line end.
    control === '\n' ? control : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
