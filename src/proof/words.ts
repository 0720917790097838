/** How sets of addresses, mailboxes and people are written for administrators. */
import { alignedBlocks, formatRange } from '../policy/mod.ts';
import { listOf } from '../std/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { EVERY_ADDRESS, withoutRanges } from './address-sets.ts';
import type { AddressSet, MailboxPattern, MailboxSet, Who } from './types.ts';

/** A range that takes no more blocks than this is written as blocks, a longer one from end to end. */
const BLOCKS = 3;
/** How many items of a list are written, where not said otherwise. */
const MOST = 5;

/**
 * `10.0.9.0/24 and 10.0.10.0/23`, `10.0.0.1 to 10.0.0.200`, `every IPv4 address but 10.0.0.64/26`, `every address`, `no
 * address`. `most`: so many ranges are written, the rest is counted.
 */
export function formatAddressSet(set: AddressSet, { most = MOST }: { readonly most?: number } = {}): string {
  if (set.length === 0) return 'no address';
  const [first, second] = ([4, 6] as const).map((family) => formatFamily(set, family));
  if (first?.all === true && second?.all === true) {
    const missing = [...first.missing, ...second.missing];
    return `every address${missing.length === 0 ? '' : ` but ${listAtMost(missing, most)}`}`;
  }
  const whole = [first, second].flatMap((part) => (part?.all === true ? [allBut(part, most)] : []));
  const partly = [first, second].flatMap((part) => (part?.all === false ? part.blocks : []));
  return [...whole, ...(partly.length === 0 ? [] : [listAtMost(partly, most)])].join(', and ');
}

/** A family is written as everything but something when that is shorter and the administrator can see it at once. */
type FamilyText =
  | { readonly all: true; readonly family: 4 | 6; readonly missing: readonly string[] }
  | { readonly all: false; readonly blocks: readonly string[] };

function formatFamily(set: AddressSet, family: 4 | 6): FamilyText {
  const ranges = set.filter((range) => range.family === family);
  const missing = withoutRanges(
    EVERY_ADDRESS.filter((range) => range.family === family),
    ranges,
  );
  const blocks = ranges.flatMap(formatBlocks);
  const gaps = missing.flatMap(formatBlocks);
  // Who leaves out a few networks thinks of what is left as everything.
  if (isOverHalf(ranges, family) && gaps.length < blocks.length) return { all: true, family, missing: gaps };
  return { all: false, blocks };
}

function isOverHalf(ranges: readonly IpRange[], family: 4 | 6): boolean {
  let size = 0n;
  for (const { first, last } of ranges) size += BigInt(last) - BigInt(first) + 1n;
  return size > (family === 4 ? 2n ** 31n : 2n ** 127n);
}

function allBut({ family, missing }: Extract<FamilyText, { all: true }>, most: number): string {
  return `every IPv${family} address${missing.length === 0 ? '' : ` but ${listAtMost(missing, most)}`}`;
}

/** The blocks of a range; or the range from end to end, when they would be many. */
function formatBlocks(range: IpRange): readonly string[] {
  const blocks = alignedBlocks(range);
  if (blocks.length > BLOCKS) return [formatRange(range)];
  return blocks.map(({ first, last }) =>
    formatRange(
      range.family === 4
        ? { family: 4, first: Number(first), last: Number(last) }
        : { family: 6, first, last },
    ),
  );
}

/** `@contoso.example and scan@b.example`, `any recipient but @partner.example`; `noun`: what is spoken of. */
export function formatMailboxSet(
  { fits, except }: MailboxSet,
  { most = MOST, noun = 'address' }: { readonly most?: number; readonly noun?: string } = {},
): string {
  const what = fits === 'everything' ? `any ${noun}` : listAtMost(fits.map(formatMailboxPattern), most);
  if (except.length === 0) return what;
  return `${what} but ${listAtMost(except.map(formatMailboxPattern), most)}`;
}

/** As the configuration writes it; `a@*.b`, which it cannot write, is the local part everywhere below. */
export function formatMailboxPattern(pattern: MailboxPattern): string {
  switch (pattern.kind) {
    case 'null':
      return '<>';
    case 'domain':
      return `@${pattern.domain}`;
    case 'subdomains':
      return `@*.${pattern.domain}`;
    case 'address':
      return `${pattern.localKey}@${pattern.domain}`;
    case 'addressBelow':
      return `${pattern.localKey}@*.${pattern.domain}`;
    default:
      return pattern satisfies never;
  }
}

/** `without signing in`, `signed in as alice@b.example`, `signed in as anyone but bob@b.example`, `signed in or not`. */
export function formatWho(
  { anonymous, accounts }: Who,
  { most = MOST }: { readonly most?: number } = {},
): string {
  if ('only' in accounts) {
    const signedIn = `signed in as ${listAtMost(accounts.only, most, 'or')}`;
    if (accounts.only.length === 0) return anonymous ? 'without signing in' : 'nobody';
    return anonymous ? `without signing in, or ${signedIn}` : signedIn;
  }
  const { except } = accounts;
  if (except.length === 0) return anonymous ? 'signed in or not' : 'signed in';
  return `${anonymous ? 'without signing in, or ' : ''}signed in as anyone but ${listAtMost(except, most, 'or')}`;
}

/** `a`, `a and b`, `a, b and c`, `a, b and 3 more` */
function listAtMost(items: readonly string[], most: number, word: 'and' | 'or' = 'and'): string {
  const shown = items.length > most ? items.slice(0, Math.max(most - 1, 1)) : items;
  const rest = items.length - shown.length;
  const all = rest === 0 ? shown : [...shown, `${rest.toLocaleString('en-US')} more`];
  return listOf(all, word);
}
