/** Text from elsewhere on a terminal: what could move the cursor, change colours or break a line is shown as `?`. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

export function printable(text: string): string {
  return text.replace(CONTROL, '?');
}
