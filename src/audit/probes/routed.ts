/**
 * A destination hidden in the local part of an address of the server. Every form is tried at every home. What is accepted there
 * counts only when the server refuses a local part that means nothing: else it accepts anything, and the reply says nothing.
 */
import type { EnvelopeProbe } from '../types.ts';
import { OUTSIDE_SENDER, rows } from './envelope.ts';

interface Form {
  readonly id: string;
  readonly title: string;
  readonly local: string;
  readonly shows: string;
  readonly source: string;
}

const FORMS: readonly Form[] = [
  {
    id: 'percent',
    title: 'Percent hack',
    local: '{outsideLocal}%{outsideDomain}',
    shows: 'turns % into @ and sends the mail on',
    source: 'nmap smtp-open-relay 5 and 6; RFC 1123 5.2.16',
  },
  {
    id: 'percent-twice',
    title: 'Percent hack over two hosts',
    local: '{outsideLocal}%{outsideDomain}%{domain}',
    shows: 'turns % into @ and sends the mail on',
    source: 'RFC 1123 5.2.16',
  },
  {
    id: 'bang',
    title: 'Bang path',
    local: '{outsideDomain}!{outsideLocal}',
    shows: 'follows UUCP paths',
    source: 'nmap smtp-open-relay 14 to 16; RFC 976',
  },
  {
    id: 'bang-long',
    title: 'Bang path over several hosts',
    local: '{host}!a.example!{outsideDomain}!{outsideLocal}',
    shows: 'follows UUCP paths',
    source: 'RFC 976',
  },
  {
    id: 'quoted-at',
    title: 'The foreign address in quotes',
    local: '"{outside}"',
    shows: 'takes off the quotes and sends the mail on',
    source: 'nmap smtp-open-relay 7 and 10; CVE-1999-0682',
  },
  {
    id: 'quoted-percent',
    title: 'Percent hack in quotes',
    local: '"{outsideLocal}%{outsideDomain}"',
    shows: 'takes off the quotes, turns % into @ and sends the mail on',
    source: 'nmap smtp-open-relay 8',
  },
  {
    id: 'escaped-at',
    title: 'The foreign address with an escaped @',
    local: String.raw`{outsideLocal}\@{outsideDomain}`,
    shows: 'takes off the backslash and sends the mail on',
    source: 'RFC 5321 4.1.2',
  },
  {
    id: 'two-at',
    title: 'Two @ signs',
    local: '{outside}',
    shows: 'looks at the last domain and sends to the first',
    source: 'nmap smtp-open-relay 9 and 11',
  },
  {
    id: 'colons',
    title: 'DECnet address',
    local: '{outsideDomain}::{outsideLocal}',
    shows: 'follows DECnet addresses',
    source: 'sendmail rule sets',
  },
];

const HOMES = [
  { id: 'domain', title: 'at the domain of the server', suffix: '@{domain}' },
  { id: 'host', title: 'at the name of the server', suffix: '@{host}' },
  { id: 'literal', title: 'at the address of the server', suffix: '@{literal}' },
  { id: 'localhost', title: 'at localhost', suffix: '@localhost' },
  { id: 'bare', title: 'without a domain', suffix: '' },
] as const;

/** Without a domain of ours behind it, this one is simply the foreign address. */
const NOT_BARE = new Set(['two-at']);

export const ROUTED: readonly EnvelopeProbe[] = FORMS.flatMap(({ id, title, local, shows, source }) =>
  HOMES.filter((home) => home.id !== 'bare' || !NOT_BARE.has(id)).map((home): EnvelopeProbe => ({
    kind: 'envelope',
    id: `${id}-${home.id}`,
    family: 'routed',
    title: `${title} ${home.title}`,
    shows,
    source,
    mail: OUTSIDE_SENDER,
    rcpt: `RCPT TO:<${local}${home.suffix}>`,
  })),
);

/** The same with a sender of the server's own: some look at both, and at each alone. */
export const ROUTED_FROM_LOCAL: readonly EnvelopeProbe[] = ['percent', 'bang', 'quoted-at'].flatMap((form) =>
  ROUTED.filter(({ id }) => id === `${form}-domain` || id === `${form}-literal`).map((probe) => ({
    ...probe,
    id: `${probe.id}-local-sender`,
    title: `${probe.title}, from a local sender`,
    mail: 'MAIL FROM:<antispam@{literal}>',
  })),
);

export const ENCAPSULATED = rows(
  {
    family: 'encapsulated',
    shows: 'unwraps encapsulated addresses and sends the mail on, whatever its relay settings say',
    source: 'Microsoft MS99-027, CVE-1999-0682',
  },
  [
    {
      id: 'imcea-domain',
      title: 'Encapsulated SMTP address',
      rcpt: 'RCPT TO:<IMCEASMTP-{outsideImcea}@{domain}>',
    },
    {
      id: 'imcea-host',
      title: 'The same at the name of the server',
      rcpt: 'RCPT TO:<IMCEASMTP-{outsideImcea}@{host}>',
    },
    {
      id: 'imcea-literal',
      title: 'The same at the address of the server',
      rcpt: 'RCPT TO:<IMCEASMTP-{outsideImcea}@{literal}>',
    },
    { id: 'imcea-bare', title: 'The same without a domain', rcpt: 'RCPT TO:<IMCEASMTP-{outsideImcea}>' },
    {
      id: 'imcea-lower',
      title: 'The same in lower case',
      rcpt: 'RCPT TO:<imceasmtp-{outsideImcea}@{domain}>',
    },
    {
      id: 'imcea-quoted',
      title: 'Encapsulated address in quotes',
      rcpt: 'RCPT TO:<"IMCEA {outside}"@{domain}>',
      source: 'Microsoft Q264330',
    },
    {
      id: 'imcea-quoted-dash',
      title: 'Encapsulated SMTP address, not encoded',
      rcpt: 'RCPT TO:<"IMCEASMTP-{outside}"@{domain}>',
      source: 'Microsoft Q264330',
    },
    {
      id: 'imcea-x400',
      title: 'Encapsulated X.400 address',
      rcpt: 'RCPT TO:<IMCEAX400-c=US+3Ba=+20+3Bp=x+3Bdda+3ARFC-822={outsideImcea}@{domain}>',
    },
    {
      id: 'x400',
      title: 'X.400 address of a gateway',
      rcpt: 'RCPT TO:<"/DD.RFC-822={outsideLocal}(a){outsideDomain}/"@{domain}>',
      source: 'RFC 1327, RFC 2156',
    },
    {
      id: 'srs0',
      title: 'SRS address, unsigned',
      rcpt: 'RCPT TO:<SRS0=x=y={outsideDomain}={outsideLocal}@{domain}>',
      shows: 'undoes SRS without looking at the signature',
      source: 'SRS, openspf.org',
    },
    {
      id: 'srs0-plus',
      title: 'SRS address with another separator',
      rcpt: 'RCPT TO:<SRS0+x=y={outsideDomain}={outsideLocal}@{domain}>',
      shows: 'undoes SRS without looking at the signature',
      source: 'SRS, openspf.org',
    },
    {
      id: 'srs1',
      title: 'SRS address of the second kind, unsigned',
      rcpt: 'RCPT TO:<SRS1=x={outsideDomain}==y={outsideDomain}={outsideLocal}@{domain}>',
      shows: 'undoes SRS without looking at the signature',
      source: 'SRS, openspf.org',
    },
    {
      id: 'batv-percent',
      title: 'BATV tag and percent hack',
      rcpt: 'RCPT TO:<prvs=0123456789={outsideLocal}%{outsideDomain}@{domain}>',
      shows: 'takes off the tag and routes the rest anew',
      source: 'draft-levine-smtp-batv',
    },
    {
      id: 'verp',
      title: 'VERP address',
      rcpt: 'RCPT TO:<bounce+{outsideLocal}={outsideDomain}@{domain}>',
      shows: 'makes an address of a VERP address and sends to it',
      source: 'VERP, cr.yp.to',
    },
  ],
);

export const LOOKALIKES = rows(
  {
    family: 'lookalike',
    shows: 'folds characters into ASCII after it has judged the address',
    source: 'Unicode TR36; RFC 6531',
  },
  [
    {
      id: 'wide-at',
      title: 'A fullwidth @ in the local part',
      rcpt: 'RCPT TO:<{outsideLocal}\uFF20{outsideDomain}@{domain}>',
    },
    {
      id: 'wide-percent',
      title: 'A fullwidth % in the local part',
      rcpt: 'RCPT TO:<{outsideLocal}\uFF05{outsideDomain}@{domain}>',
    },
    {
      id: 'wide-bang',
      title: 'A fullwidth ! in the local part',
      rcpt: 'RCPT TO:<{outsideDomain}\uFF01{outsideLocal}@{domain}>',
    },
    {
      id: 'small-at',
      title: 'A small @ in the local part',
      rcpt: 'RCPT TO:<{outsideLocal}\uFE6B{outsideDomain}@{domain}>',
    },
    {
      id: 'wide-stop',
      title: 'An ideographic full stop before a local domain',
      rcpt: 'RCPT TO:<{outside}\u3002{domain}>',
    },
    {
      id: 'low-octets',
      ambiguous: true,
      title: 'Characters whose low octets are CR and LF',
      rcpt: 'RCPT TO:<{outside}>\u010D\u010ARCPT TO:<{known}>',
    },
    {
      id: 'wide-at-utf8',
      title: 'A fullwidth @ with SMTPUTF8',
      mail: 'MAIL FROM:<{sender}> SMTPUTF8',
      rcpt: 'RCPT TO:<{outsideLocal}\uFF20{outsideDomain}@{domain}>',
      needs: [{ kind: 'extension', keyword: 'SMTPUTF8' }],
    },
    {
      id: 'wide-percent-utf8',
      title: 'A fullwidth % with SMTPUTF8',
      mail: 'MAIL FROM:<{sender}> SMTPUTF8',
      rcpt: 'RCPT TO:<{outsideLocal}\uFF05{outsideDomain}@{domain}>',
      needs: [{ kind: 'extension', keyword: 'SMTPUTF8' }],
    },
    {
      id: 'foreign-utf8',
      title: 'A foreign recipient with SMTPUTF8',
      mail: 'MAIL FROM:<{sender}> SMTPUTF8',
      needs: [{ kind: 'extension', keyword: 'SMTPUTF8' }],
      shows: 'judges internationalised transactions differently',
    },
  ],
);
