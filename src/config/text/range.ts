/**
 * Ranges of client addresses, in every form administrators have them in: CIDR, a single address, an address with its
 * mask, and the "IP and mask" lines that the Exchange 5.5 dialogue and its registry show.
 *
 * What is refused here would elsewhere be "repaired" into a range that nobody wrote: host bits, holes in a mask, leading
 * zeros. Every refusal names the correct form.
 */
import { rangeOf } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { parseIpAddress } from './ip.ts';
import { addressOf, bitsOf, forAll } from './cidr.ts';
import { prefixOfMask } from './mask.ts';
import { isTextProblem, quoted, shown, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

export interface RangeOptions {
  /** Take `/0`, which holds every address. Refused unless a rule can only forbid, or a test asks about everybody. */
  readonly everything?: boolean;
}

/** `IP=1.1.1.1, MASK=255.255.255.0` and its relatives; the comma, the label of the address and `=` may be missing. */
const WITH_MASK = /^(?:ip\s*=\s*)?([^\s,;=]+)\s*(?:[,;]\s*|\s)mask\s*(?:=\s*|\s)([^\s,;=]+)$/i;
const WITHOUT_WORD = /^([\d.]+)\s+([\d.]+)$/;
const EXAMPLES = { 4: '192.0.2.0/24', 6: '2001:db8::/48' } as const;
const HALF = /^(ip|mask)\s*=/i;

/** Parses one range; see the module head for the forms. Blanks around it are ignored. */
export function parseRange(text: string, options: RangeOptions = {}): IpRange | TextProblem {
  const trimmed = text.trim();
  const masked = WITH_MASK.exec(trimmed);
  if (masked !== null) return networkOf(trimmed, masked[1] ?? '', { mask: masked[2] ?? '' }, options);
  if (HALF.test(trimmed)) return explainHalf(trimmed);
  const [, network, mask] = WITHOUT_WORD.exec(trimmed) ?? [];
  if (network !== undefined && mask !== undefined) {
    return textProblem(
      `${quoted(trimmed)} is two addresses`,
      `If the second is a mask, write "${network} mask ${mask}".`,
    );
  }
  const slash = trimmed.indexOf('/');
  if (slash === -1) {
    const address = parseIpAddress(trimmed);
    return isTextProblem(address) ? address : rangeOf(address, bitsOf(address.family));
  }
  const suffix = trimmed.slice(slash + 1);
  const length = /[.:]/.test(suffix) ? { mask: suffix } : { prefix: suffix };
  return networkOf(trimmed, trimmed.slice(0, slash), length, options);
}

type Length = { readonly mask: string } | { readonly prefix: string };

function networkOf(
  text: string,
  network: string,
  length: Length,
  options: RangeOptions,
): IpRange | TextProblem {
  const address = parseIpAddress(network);
  if (isTextProblem(address)) return address;
  const prefix =
    'mask' in length
      ? prefixOfMask(length.mask, address.family)
      : prefixLength(text, network, address, length.prefix);
  if (isTextProblem(prefix)) return prefix;
  return (
    hostBitsProblem(text, address, prefix) ??
    everythingProblem(text, address, prefix, options) ??
    rangeOf(address, prefix)
  );
}

/** The number after the slash. At an IPv4-mapped address it counts from the IPv6 beginning: /120 is the IPv4 /24. */
function prefixLength(
  text: string,
  network: string,
  address: IpAddress,
  digits: string,
): number | TextProblem {
  if (/^0\d+$/.test(digits)) {
    return textProblem(
      `${shown(text)} has a leading zero in its length`,
      `Write ${network}/${Number(digits)}.`,
    );
  }
  if (!/^\d{1,6}$/.test(digits)) {
    return textProblem(
      `${shown(text)} has no length after the slash`,
      `Write it like ${EXAMPLES[address.family]}.`,
    );
  }
  const mapped = address.family === 4 && network.includes(':');
  const bits = bitsOf(address.family);
  const given = Number(digits);
  if (given > (mapped ? 128 : bits)) {
    const kind = mapped ? 'IPv6 has 128' : `IPv${address.family} has ${bits}`;
    return textProblem(
      `${shown(text)} is too long: ${kind} bits`,
      `Write ${address.text} for that one address.`,
    );
  }
  if (!mapped) return given;
  if (given >= 96) return given - 96;
  return textProblem(
    `${shown(text)} mixes IPv6 with all of IPv4`,
    'At an IPv4-mapped address the length is 96 to 128; write the IPv4 network itself, such as 192.0.2.0/24.',
  );
}

function hostBitsProblem(text: string, address: IpAddress, prefix: number): TextProblem | undefined {
  const size = 1n << BigInt(bitsOf(address.family) - prefix);
  const value = BigInt(address.value);
  const first = value - (value % size);
  if (first === value) return undefined;
  const network =
    prefix === 0 ? '' : `, or ${addressOf(address.family, first).text}/${prefix} ${forAll(size)}`;
  return textProblem(`${shown(text)} has host bits set`, `Write ${address.text} for that host${network}.`);
}

function everythingProblem(
  text: string,
  address: IpAddress,
  prefix: number,
  options: RangeOptions,
): TextProblem | undefined {
  if (prefix > 0 || options.everything === true) return undefined;
  return textProblem(
    `${shown(text)} is every IPv${address.family} address`,
    `Name the networks that are meant, such as ${EXAMPLES[address.family]}.`,
  );
}

/** In a YAML list without quotes the comma ends the item, so only half of the line arrives here. */
function explainHalf(text: string): TextProblem {
  return textProblem(
    `${shown(text)} is half of an address with a mask`,
    'Put the whole line in quotes: "IP=192.0.2.0, MASK=255.255.255.0".',
  );
}
