/** Mail addresses and the patterns that narrow a grant. */
import {
  describeAddressError,
  foldAscii,
  isAddressError,
  isLiteral,
  parseDomain,
  parseMailbox,
} from '../../mail/mod.ts';
import type { Mailbox } from '../../mail/mod.ts';
import type { AddressPattern } from '../../policy/mod.ts';
import { quoted, shown, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

/** One mail address: `alice@contoso.example`. */
export function parseMailAddress(text: string): Mailbox | TextProblem {
  const mailbox = parseMailbox(text);
  if (!isAddressError(mailbox)) return mailbox;
  const inside = /^<(.*)>$/.exec(text)?.[1];
  if (inside !== undefined && !isAddressError(parseMailbox(inside))) {
    return textProblem(`${quoted(text)} stands in angle brackets`, `Write ${inside}.`);
  }
  return textProblem(`${quoted(text)} is not a mail address`, describeAddressError(mailbox));
}

/** The name of an account: its first address, lower case, in quotes only where it must be. */
export function parseAccount(text: string): string | TextProblem {
  const mailbox = parseMailAddress(text);
  if (!('address' in mailbox)) {
    const bare = /^(?:[^@\\/]+[\\/])?([^@\\/]+)$/.exec(text)?.[1];
    const remedy =
      bare === undefined
        ? mailbox.remedy
        : `Write its whole address, such as ${shown(bare)}@contoso.example.`;
    return textProblem(`${quoted(text)} is not the address of an account`, remedy);
  }
  const plain = parseMailbox(`${mailbox.localKey}@${mailbox.domain}`);
  return foldAscii(isAddressError(plain) ? mailbox.address : plain.address);
}

/** The sender of a policy test; null for the null reverse-path, written `<>`. */
export function parseSender(text: string): { readonly path: Mailbox | null } | TextProblem {
  if (text === '<>' || text === '') return { path: null };
  const mailbox = parseMailAddress(text);
  return 'address' in mailbox ? { path: mailbox } : mailbox;
}

/** `a@b`, `@b` (that domain), `@*.b` (every domain below it); `<>`, the null reverse-path, only where `null` is set. */
export function parsePattern(
  text: string,
  options: { readonly null: boolean },
): AddressPattern | TextProblem {
  if (text === '<>') {
    return options.null
      ? { kind: 'null' }
      : textProblem('"<>" is a sender and never a recipient', 'Remove it.');
  }
  if (text.startsWith('@*.')) {
    const domain = parseDomain(text.slice(3));
    return domain === undefined ? explainPattern(text) : { kind: 'subdomains', domain };
  }
  if (text.startsWith('@')) {
    const domain = parseDomain(text.slice(1));
    return domain === undefined ? explainPattern(text) : { kind: 'domain', domain };
  }
  const mailbox = parseMailbox(text);
  if (isAddressError(mailbox) || text.startsWith('*@')) return explainPattern(text);
  if (text.includes('*')) {
    return textProblem(
      `${quoted(text)} has a wildcard in its local part`,
      'Write a whole address, or "@contoso.example" for every address at a domain.',
    );
  }
  const { localKey, domain } = mailbox;
  if (isLiteral(domain))
    return textProblem(`${quoted(text)} has an address literal`, 'Patterns are for domains.');
  return { kind: 'address', localKey, domain };
}

/** `postmaster`, `contoso.example`, `*@contoso.example`, `.contoso.example`, `@` … */
function explainPattern(text: string): TextProblem {
  const what = `${quoted(text)} is not an address pattern`;
  const below = /^\*?@?\*?\.(.+)$/.exec(text)?.[1];
  const domain = parseDomain(/^\*?@?(.+)$/.exec(text)?.[1] ?? '');
  if (below !== undefined && parseDomain(below) !== undefined && /^(?:\*\.|\*@\*\.|\.|@\.)/.test(text)) {
    return textProblem(what, `Write "@*.${below}" for every domain below ${below}.`);
  }
  if (text === '*' || text === '@' || text === '@*') {
    return textProblem(what, 'To leave the grant open to every address, remove the list.');
  }
  if (domain !== undefined && (text.includes('.') || text.startsWith('*'))) {
    return textProblem(what, `Write "@${domain}" for every address at that domain.`);
  }
  return textProblem(what, 'Write "user@contoso.example", "@contoso.example" or "@*.contoso.example".');
}
