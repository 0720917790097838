/** Domain names as they are asked for and compared: ASCII, case folded, without the final dot. */

/** RFC 1035 2.3.4: 255 octets on the wire, of which two are the first length and the root. */
const NAME_LIMIT = 253;
/** RFC 1035 2.3.4; underscore and outer hyphens do occur in host names, the slash in reverse zones (RFC 2317 4): no harm in a question. */
const LABEL = /^[a-z0-9_/-]{1,63}$/;

/** ASCII lower case, and no final dot; other characters stay, so that nothing foreign turns into a letter. */
export function foldName(name: string): string {
  const folded = name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return folded.length > 1 && folded.endsWith('.') ? folded.slice(0, -1) : folded;
}

/** Whether a folded name can be asked for. An address in dotted form is none: no such name exists in the public tree. */
export function isAskable(name: string): boolean {
  if (name.length > NAME_LIMIT) return false;
  const labels = name.split('.');
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** A name out of an answer, fit for a log line: printable ASCII and at most as long as a name can be. */
export function printableName(name: string): string {
  return name.slice(0, NAME_LIMIT).replaceAll(/[^!-~]/g, '?');
}
