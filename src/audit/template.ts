/** Placeholders of the probes: `{domain}` and the like, and what is derived from the given names. */
import type { Names } from './types.ts';

/** The values of all placeholders. Attackers have no say in them: they come from the command line and the server's own greeting. */
export function placeholders(names: Names): ReadonlyMap<string, string> {
  const at = names.outside.lastIndexOf('@');
  const outsideLocal = names.outside.slice(0, at);
  const outsideDomain = names.outside.slice(at + 1);
  return new Map([
    ...Object.entries(names),
    ['outsideLocal', outsideLocal],
    ['outsideDomain', outsideDomain],
    ['OUTSIDEDOMAIN', outsideDomain.toUpperCase()],
    ['DOMAIN', names.domain.toUpperCase()],
    ['outsideImcea', imcea(names.outside)],
  ]);
}

/** Fills the placeholders in; a name that is none stays as it is, braces and all. */
export function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(/\{b64:([^}]*)\}/g, (_whole, inner: string) =>
      base64(inner.replaceAll(/<(\w+)>/g, '{$1}'), values),
    )
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
}

/** `{b64:..}` holds placeholders as `<name>`, since braces do not nest. */
function base64(text: string, values: ReadonlyMap<string, string>): string {
  return Buffer.from(fill(text, values), 'utf8').toString('base64');
}

/** An address encapsulated as Exchange does it: every octet but letters and digits as `+` and two hexadecimal digits. */
export function imcea(address: string): string {
  return address.replaceAll(/[^A-Za-z0-9]/g, (character) =>
    Array.from(
      Buffer.from(character, 'utf8'),
      (octet) => `+${octet.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
}

/** Homes of the server: a local part there may be a mailbox, whatever it looks like. */
const HOMES = ['{domain}', '{host}', '{literal}', 'localhost'];

/** Placeholders that are whole addresses, so that their `@` is seen. */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ['outside', '{outsideLocal}@{outsideDomain}'],
  ['known', 'known@{known}'],
]);

/**
 * Where the recipient of a line of RCPT would be a mailbox if its local part were one: one of the homes, or empty for an address
 * without a domain. Undefined when the address is foreign: then accepting it is relaying, without further question.
 */
export function homeOf(rcpt: string): string | undefined {
  const path = fill(/<(.*)>/s.exec(rcpt)?.[1] ?? '', WHOLE);
  const unquoted = path.replaceAll(/"(?:[^"\\]|\\.)*"/gs, 'q').replaceAll(/\\./gs, 'q');
  const at = unquoted.lastIndexOf('@');
  if (at === -1) return path === '' ? undefined : '';
  const domain = unquoted.slice(at + 1);
  return HOMES.find((home) => home === domain);
}
