/**
 * The networks of `relay_acl_allow`, with what Haraka really makes of them.
 *
 * It compares as many bits as stand behind the slash and never looks at the others, so host bits do not matter. What
 * is no number there compares no bits at all, and fits everybody; an IPv6 address without a slash is given /32.
 */
import { isTextProblem, parseRange, understandingOf } from '../../config/mod.ts';
import { formatRange } from '../../policy/mod.ts';
import { ipv4, ipv6, parseIp, rangeOf } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import { isInternet } from '../danger.ts';
import type { DraftNetwork } from '../draft.ts';
import type { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { Origin } from '../types.ts';
import type { Line } from './files.ts';

const FILE = 'relay_acl_allow';

export function aclNetworks(lines: readonly Line[], remarks: Remarks): readonly DraftNetwork[] {
  return lines.flatMap((line) => {
    const where = { file: FILE, line: line.line };
    const range = networkOf(line.text, where, remarks);
    return range === undefined ? [] : [{ text: formatRange(range), comment: formatOrigin(where) }];
  });
}

function networkOf(text: string, where: Origin, remarks: Remarks): IpRange | undefined {
  const what = JSON.stringify(text);
  const [host = '', bits] = text.split('/');
  const address = parseIp(host);
  if (address === undefined) {
    remarks.note({ what, where, why: 'Haraka passes over an entry that does not begin with an address.' });
    return undefined;
  }
  if (bits === undefined || bits === '') return single(address, where, what, remarks);
  const all = address.family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) === 0) {
    const meant = parseRange(text);
    remarks.left({
      what,
      where,
      why: `Haraka compares no bit of it, so it fits every IPv${address.family} address: an open relay.`,
      remedy: isTextProblem(meant)
        ? 'Write the network that is meant under relay.allow.'
        : `Write ${formatRange(meant)} if that is meant.`,
    });
    return undefined;
  }
  return judged(rangeFor(address, Math.min(Number(bits), all)), address, { what, where, remarks });
}

function single(address: IpAddress, where: Origin, what: string, remarks: Remarks): IpRange {
  if (address.family === 6) {
    remarks.left({
      what,
      where,
      why: `Haraka takes an address without a length as /32, and let in all of ${formatRange(rangeFor(address, 32))}. Here it is that one address.`,
      remedy: 'Write the network if more of it is yours.',
    });
    return rangeOf(address, 128);
  }
  return rangeOf(address, 32);
}

function rangeFor(address: IpAddress, prefix: number): IpRange {
  if (address.family === 4) {
    const size = 2 ** (32 - prefix);
    return rangeOf(ipv4(Math.floor(address.value / size) * size), prefix);
  }
  const shift = BigInt(128 - prefix);
  const network = ipv6((address.value >> shift) << shift);
  // A network that only begins with zeros is not an IPv4 one.
  return network.family === 6 ? rangeOf(network, prefix) : rangeOf(address, 128);
}

function judged(
  range: IpRange,
  address: IpAddress,
  { what, where, remarks }: { readonly what: string; readonly where: Origin; readonly remarks: Remarks },
): IpRange | undefined {
  if (isInternet(range)) {
    const why = `${formatRange(range)} is a large part of the Internet, and would relay for all of it.`;
    remarks.left({ what, where, why, remedy: 'Write the networks that are meant under relay.allow.' });
    return undefined;
  }
  if (address.value !== range.first) {
    const why = `It has host bits set, which Haraka does not look at: it is ${formatRange(range)}.`;
    remarks.note({ what, where, why, remedy: `Write ${address.text} if that one host was meant.` });
  }
  if (understandingOf('grant', [range]) !== undefined) {
    const why = `${formatRange(range)} is public and wide; the grant says so in iUnderstand.`;
    remarks.note({ what, where, why, remedy: 'See whether all of it is yours.' });
  }
  return range;
}
