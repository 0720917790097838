/** RemoteIPRanges of a receive connector: an address, CIDR, `first-last`, or an address with its mask in parentheses. */
import { isTextProblem, parseRange } from '../../config/mod.ts';
import type { TextProblem } from '../../config/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { IpRange } from '../../std/mod.ts';

export function parseRemoteRange(text: string): IpRange | TextProblem {
  const dash = text.indexOf('-');
  if (dash !== -1) return interval(text, text.slice(0, dash).trim(), text.slice(dash + 1).trim());
  const [, address, mask] = /^([^()\s]+)\s*\(\s*([^()\s]+)\s*\)$/.exec(text) ?? [];
  const written = address === undefined || mask === undefined ? text : `${address} mask ${mask}`;
  return parseRange(written, { everything: true });
}

function interval(text: string, from: string, to: string): IpRange | TextProblem {
  const first = parseIp(from);
  const last = parseIp(to);
  const bad = { problem: `${JSON.stringify(text)} is not a range of addresses` };
  if (first === undefined || last === undefined) return bad;
  if (first.family === 4 && last.family === 4) {
    return first.value <= last.value ? { family: 4, first: first.value, last: last.value } : bad;
  }
  if (first.family === 6 && last.family === 6) {
    return first.value <= last.value ? { family: 6, first: first.value, last: last.value } : bad;
  }
  return bad;
}

export function isRange(range: IpRange | TextProblem): range is IpRange {
  return !isTextProblem(range);
}
