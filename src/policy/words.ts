/** How rules, ranges, moments and numbers are written in messages to administrators. */
import type { ReversePath } from '../mail/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { ipv4, ipv6 } from '../std/mod.ts';
import { alignedBlocks } from './blocks.ts';
import type { Place, RuleRef } from './types.ts';

/** `grant:office`, `never:guest-wifi`, `route:*.contoso.example`, `none`: one word, for queue listings and logs. */
export function formatRule(rule: RuleRef): string {
  const name = ruleName(rule);
  return name === undefined ? 'none' : `${rule.kind}:${name}`;
}

/** What an administrator calls the rule: the name of a grant or never rule, the pattern of a route. */
export function ruleName(rule: RuleRef): string | undefined {
  switch (rule.kind) {
    case 'route':
      return rule.pattern;
    case 'grant':
    case 'never':
      return rule.name;
    case 'none':
      return undefined;
    default:
      return rule satisfies never;
  }
}

/** `postern.yaml:27` */
export function formatPlace({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** `10.0.8.0/28`, a single address, or `10.0.0.1 to 10.0.0.6` when it is not what CIDR can write. */
export function formatRange(range: IpRange): string {
  const first = range.family === 4 ? ipv4(range.first) : ipv6(range.first);
  if (range.first === range.last) return first.text;
  const last = range.family === 4 ? ipv4(range.last) : ipv6(range.last);
  if (alignedBlocks(range).length > 1) return `${first.text} to ${last.text}`;
  const hostBits = (BigInt(range.last) - BigInt(range.first)).toString(2).length;
  return `${first.text}/${(range.family === 4 ? 32 : 128) - hostBits}`;
}

/** `2027-06-30T00:00:00Z`; a number that is no date is written as it is. */
export function formatMoment(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString().replace('.000Z', 'Z');
}

/** `12,000`; with a noun `1 route`, `12,000 routes`. */
export function count(number: number, noun?: string): string {
  const digits = String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
  if (noun === undefined) return digits;
  return `${digits} ${noun}${number === 1 ? '' : 's'}`;
}

/** The claimed sender; `<>` is the null reverse-path. */
export function formatSender(sender: ReversePath): string {
  return sender === null ? '<>' : sender.address;
}
