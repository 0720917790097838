/**
 * Who may send as whom: accounts as their own addresses and those they were given, the clients of a grant as those it names. It
 * concerns the envelope, From and Sender. The null reverse-path is nobody's address and always allowed (RFC 5321 4.5.5).
 */
import { foldAscii, type FieldAddresses, type Mailbox, type ReversePath } from '../mail/mod.ts';
import { findBlock, fitsPatterns } from '../policy/mod.ts';
import type { ScreenRules } from './compile.ts';
import { PASS, type Authors, type Login, type Owns, type SenderPlace, type Verdict } from './types.ts';
import { stricter } from './verdicts.ts';

/** The envelope of an account, asked at MAIL. */
export function judgeAccountSender(
  rules: ScreenRules,
  caller: Login,
  { sender, owns }: { sender: ReversePath; owns: Owns },
): Verdict {
  return judgeAs(asAccount(rules, caller, owns), 'envelope', sender === null ? [] : [sender]);
}

/** From and Sender of an account, asked when the header has come. */
export function judgeAccountAuthors(
  rules: ScreenRules,
  caller: Login,
  { authors, owns }: { authors: Authors; owns: Owns },
): Verdict {
  return judgeAuthors(asAccount(rules, caller, owns), authors);
}

/** The envelope under the grant that lets a recipient in, asked at RCPT. */
export function judgeGrantSender(rules: ScreenRules, grant: string, sender: ReversePath): Verdict {
  return judgeAs(asGrant(rules, grant), 'envelope', sender === null ? [] : [sender]);
}

/** From and Sender of a message under all grants that let its recipients in. */
export function judgeGrantAuthors(rules: ScreenRules, grants: Iterable<string>, authors: Authors): Verdict {
  let verdict: Verdict = PASS;
  for (const grant of grants) {
    const restriction = asGrant(rules, grant);
    if (restriction !== undefined) verdict = stricter(verdict, judgeAuthors(restriction, authors));
  }
  return verdict;
}

/** Whether From and Sender of this account are looked at. */
export function bindsAccount(rules: ScreenRules, { account, client }: Login): boolean {
  if (account === undefined || rules.accounts.sendAs === 'any') return false;
  return findBlock(rules.accounts.exempt, client) === undefined;
}

/** A restriction on senders: which are allowed, and the verdict on one that is not. Undefined: there is none. */
type Restriction =
  | {
      readonly allows: Owns;
      readonly refusal: (where: SenderPlace, address: string | undefined) => Verdict;
    }
  | undefined;

function asAccount(rules: ScreenRules, caller: Login, owns: Owns): Restriction {
  const { account } = caller;
  if (account === undefined || !bindsAccount(rules, caller)) return undefined;
  const also = rules.accounts.also.get(foldAscii(account));
  return {
    allows: (address) => owns(address) || (also !== undefined && fitsPatterns(also, address)),
    refusal: (where, address) => ({
      kind: 'refuse',
      rule: { kind: 'accountSendAs', account, where, address },
    }),
  };
}

function asGrant(rules: ScreenRules, grant: string): Restriction {
  const patterns = rules.grants.get(grant);
  return (
    patterns && {
      allows: (address) => fitsPatterns(patterns, address),
      refusal: (where, address) => ({ kind: 'refuse', rule: { kind: 'grantSendAs', grant, where, address } }),
    }
  );
}

function judgeAuthors(restriction: Restriction, { from, sender }: Authors): Verdict {
  return stricter(judgeAs(restriction, 'From', from), judgeAs(restriction, 'Sender', sender));
}

/** Every address must be allowed: the reader sees them all. */
function judgeAs(restriction: Restriction, where: SenderPlace, addresses: FieldAddresses): Verdict {
  if (restriction === undefined) return PASS;
  if (addresses === 'unparsable') return restriction.refusal(where, undefined);
  const foreign = addresses.find((address: Mailbox) => !restriction.allows(address));
  return foreign === undefined ? PASS : restriction.refusal(where, foreign.address);
}
