/** IP addresses as written by people; what is wrong with those that are none is explained with the correct form. */
import { parseIp } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import { coverOf } from './cidr.ts';
import { either, quoted, shown, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

/** One IP address, strictly; an IPv4-mapped IPv6 address is its IPv4 address. */
export function parseIpAddress(text: string): IpAddress | TextProblem {
  const address = parseIp(text);
  if (address === undefined) return explainAddress(text);
  if (text.includes('%')) {
    const bare = text.slice(0, text.indexOf('%'));
    return textProblem(`${shown(text)} has a zone`, `Zones are not looked at; write ${bare}.`);
  }
  return address;
}

/** Why `text` is not an address. Each explanation recognizes one habit and names what to write instead. */
export function explainAddress(text: string): TextProblem {
  return (
    everything(text) ??
    partial(text) ??
    interval(text) ??
    decorated(text) ??
    dotted(text) ??
    hostName(text) ??
    textProblem(
      `${quoted(text)} is not an IP address`,
      'Write an address such as 192.0.2.1 or 2001:db8::1, or a network such as 192.0.2.0/24.',
    )
  );
}

function everything(text: string): TextProblem | undefined {
  if (!/^(?:\*|any|all|everyone|everybody|world)$/i.test(text)) return undefined;
  return textProblem(`${quoted(text)} would be every address`, 'Name the networks that are meant.');
}

/** `10.0.*`, `10.0.*.*`, `10.0.x.x`, `10.0.`, `10.0` */
function partial(text: string): TextProblem | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3}){0,2})(?:(?:\.[*xX])+|\.)$/.exec(text);
  const known = match?.[1] ?? (/^\d{1,3}\.\d{1,3}(?:\.\d{1,3})?$/.test(text) ? text : undefined);
  if (known === undefined) return undefined;
  const parts = known.split('.');
  const network = parseIp([...parts, ...Array.from({ length: 4 - parts.length }, () => '0')].join('.'));
  if (network === undefined) return undefined;
  const what = /[*xX]/.test(text) ? 'has wildcards' : 'is not a whole address';
  return textProblem(`${shown(text)} ${what}`, `Write ${network.text}/${parts.length * 8} for that network.`);
}

/** `10.0.0.1-10.0.0.9`, `10.0.0.1 - 9`, `2001:db8::1-2001:db8::ff` */
function interval(text: string): TextProblem | undefined {
  const match = /^([0-9A-Fa-f:.]+)\s*(?:-|–|\.\.\.?|to)\s*([0-9A-Fa-f:.]+)$/.exec(text);
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  const first = parseIp(from);
  const last = parseIp(/^\d{1,3}$/.test(to) ? from.replace(/\d+$/, to) : to);
  if (first === undefined || last === undefined || first.family !== last.family) return undefined;
  if (last.value < first.value) {
    return textProblem(`${shown(text)} ends before it begins`, 'Write networks, such as 10.0.0.0/24.');
  }
  const networks =
    first.family === 4
      ? coverOf({ family: 4, first: first.value, last: Number(last.value) })
      : coverOf({ family: 6, first: first.value, last: BigInt(last.value) });
  return textProblem(`${shown(text)} is not a network`, `Write ${listed(networks)} for those addresses.`);
}

function listed(networks: readonly string[]): string {
  if (networks.length <= 8) return either(networks, 'and');
  return `${networks.slice(0, 8).join(', ')} and ${networks.length - 8} more networks`;
}

/** An address with brackets, with a port, or both. */
function decorated(text: string): TextProblem | undefined {
  const bracketed = /^\[(?:ipv6:)?([^\]]*)\](?::\d+)?$/i.exec(text)?.[1];
  const bare = bracketed ?? /^([\d.]+):\d+$/.exec(text)?.[1];
  const address = bare === undefined ? undefined : parseIp(bare);
  if (address === undefined) return undefined;
  const extra = bracketed === undefined ? 'a port' : 'brackets';
  return textProblem(`${shown(text)} has ${extra}`, `Write the address alone: ${address.text}.`);
}

/** Digits and dots that are not four numbers from 0 to 255, as well as octal, hexadecimal and one-number forms. */
function dotted(text: string): TextProblem | undefined {
  if (!/^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*$/i.test(text)) return undefined;
  const parts = text.split('.');
  if (parts.length === 4 && parts.some((part) => /^0\d/.test(part))) return leadingZeros(text, parts);
  const high = parts.find((part) => Number(part) > 255);
  if (parts.length === 4 && high !== undefined) {
    return textProblem(`${shown(text)} is not an address: ${shown(high)} is more than 255`);
  }
  return textProblem(
    `${shown(text)} is not an address of four decimal numbers`,
    'Write it like 192.0.2.1; octal, hexadecimal and shortened forms are read differently by different programs.',
  );
}

/** Some programs read `010` as 8, some as 10: both readings are named and none is taken. */
function leadingZeros(text: string, parts: readonly string[]): TextProblem {
  const decimal = parseIp(parts.map(Number).join('.'));
  const octal = parts.every((part) => !/^0\d/.test(part) || /^[0-7]+$/.test(part))
    ? parseIp(parts.map((part) => (/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part))).join('.'))
    : undefined;
  const readings = [
    ...(decimal === undefined ? [] : [`${decimal.text} (read as decimal)`]),
    ...(octal === undefined ? [] : [`${octal.text} (read as octal)`]),
  ];
  return textProblem(
    `${shown(text)} has leading zeros`,
    readings.length === 0 ? 'Write four numbers from 0 to 255.' : `Write ${either(readings)}.`,
  );
}

function hostName(text: string): TextProblem | undefined {
  if (/^localhost\.?$/i.test(text)) {
    return textProblem(`${quoted(text)} is a name`, 'Write 127.0.0.1, and ::1 for IPv6.');
  }
  if (
    !/^(?=.*[g-z-])[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\.?$/i.test(text)
  ) {
    return undefined;
  }
  return textProblem(
    `${quoted(text)} is a host name`,
    'Names are not looked up for this, since whoever controls the DNS would control the rule; write the address.',
  );
}
