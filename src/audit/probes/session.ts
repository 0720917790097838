/** What a client says about itself, what went before in the session, parameters, and logins that must grant nothing. */
import type { Line } from '../types.ts';
import { NTLM_NEGOTIATE, NTLM_NULL_SESSION } from './ntlm.ts';
import { rows } from './envelope.ts';

const LOCAL_SENDER = 'MAIL FROM:<postmaster@{domain}>';
const KNOWN = 'RCPT TO:<{known}>';
const MAIL = 'MAIL FROM:<{sender}>';

export const GREETINGS = rows(
  {
    family: 'greeting',
    shows: 'believes the name in the greeting',
    source: 'ORBS relay tests; RFC 5321 4.1.4',
  },
  [
    { id: 'helo-host', title: 'HELO with the name of the server', greeting: 'HELO {host}' },
    { id: 'ehlo-host', title: 'EHLO with the name of the server', greeting: 'EHLO {host}' },
    { id: 'ehlo-domain', title: 'EHLO with the domain of the server', greeting: 'EHLO {domain}' },
    { id: 'helo-localhost', title: 'HELO localhost', greeting: 'HELO localhost' },
    { id: 'ehlo-localhost', title: 'EHLO localhost', greeting: 'EHLO localhost' },
    { id: 'ehlo-loopback', title: 'EHLO with the loopback address', greeting: 'EHLO [127.0.0.1]' },
    { id: 'ehlo-literal', title: 'EHLO with the address of the server', greeting: 'EHLO {literal}' },
    { id: 'helo-private', title: 'HELO with a private address', greeting: 'HELO [10.0.0.1]' },
    { id: 'helo-bare', title: 'HELO without a name', greeting: 'HELO' },
    {
      id: 'no-greeting',
      title: 'No greeting at all',
      greeting: '',
      shows: 'lets a client relay that never greeted',
      source: 'RFC 5321 4.1.4',
    },
  ],
);

export const PRETENCES = rows(
  {
    family: 'pretence',
    shows: 'lets a stranger say what address it comes from',
    source: 'Postfix XCLIENT and XFORWARD; PROXY protocol',
  },
  [
    {
      id: 'xclient',
      title: 'XCLIENT with the loopback address',
      before: ['XCLIENT ADDR=127.0.0.1 NAME=localhost', 'EHLO {helo}'],
    },
    {
      id: 'xclient-login',
      title: 'XCLIENT with an account',
      before: ['XCLIENT LOGIN=postmaster@{domain}', 'EHLO {helo}'],
    },
    {
      id: 'xforward',
      title: 'XFORWARD with the loopback address',
      before: ['XFORWARD ADDR=127.0.0.1 NAME=localhost SOURCE=LOCAL'],
    },
    {
      id: 'proxy-header',
      title: 'A PROXY header with the loopback address',
      first: 'PROXY TCP4 127.0.0.1 127.0.0.1 25 25',
    },
    {
      id: 'lhlo',
      title: 'LHLO, as if it were local delivery',
      before: ['LHLO localhost'],
      shows: 'trusts whoever speaks LMTP',
      source: 'RFC 2033',
    },
  ],
);

export const PARAMETERS = rows(
  {
    family: 'parameter',
    shows: 'believes a parameter of MAIL or RCPT',
    source: 'RFC 5321 4.1.1.11',
  },
  [
    {
      id: 'auth-parameter',
      title: 'AUTH= names a local account',
      mail: `${MAIL} AUTH=postmaster@{domain}`,
      needs: [{ kind: 'extension', keyword: 'AUTH' }],
      source: 'RFC 4954 5',
    },
    {
      id: 'auth-parameter-empty',
      title: 'AUTH=<>',
      mail: `${MAIL} AUTH=<>`,
      needs: [{ kind: 'extension', keyword: 'AUTH' }],
      source: 'RFC 4954 5',
    },
    {
      id: 'orcpt',
      title: 'ORCPT= names a local recipient',
      rcpt: 'RCPT TO:<{outside}> ORCPT=rfc822;{known}',
      source: 'RFC 3461 4.2',
    },
    {
      id: 'notify',
      title: 'NOTIFY=NEVER',
      rcpt: 'RCPT TO:<{outside}> NOTIFY=NEVER',
      needs: [{ kind: 'extension', keyword: 'DSN' }],
      source: 'RFC 3461 4.1',
    },
    {
      id: 'body',
      title: 'BODY=8BITMIME',
      mail: `${MAIL} BODY=8BITMIME`,
      needs: [{ kind: 'extension', keyword: '8BITMIME' }],
      source: 'RFC 6152',
    },
    { id: 'send', title: 'SEND instead of MAIL', mail: 'SEND FROM:<{sender}>', source: 'RFC 821 3.4' },
    { id: 'soml', title: 'SOML instead of MAIL', mail: 'SOML FROM:<{sender}>', source: 'RFC 821 3.4' },
    { id: 'saml', title: 'SAML instead of MAIL', mail: 'SAML FROM:<{sender}>', source: 'RFC 821 3.4' },
  ],
);

export const STATES = rows(
  {
    family: 'state',
    shows: 'keeps a verdict over from what went before',
    source: 'RFC 5321 4.1.1.2 to 4.1.1.5',
  },
  [
    {
      id: 'after-known',
      title: 'The second recipient, after one that exists',
      between: [KNOWN],
      shows: 'looks at the first recipient only',
    },
    {
      id: 'after-two-known',
      title: 'The third recipient, after one that exists twice',
      between: [KNOWN, KNOWN],
      shows: 'looks at the first recipients only',
    },
    {
      id: 'after-refused',
      title: 'The second recipient, after a refused one',
      between: ['RCPT TO:<{outside}>'],
      shows: 'looks at the first recipient only',
    },
    {
      id: 'after-rset',
      title: 'After RSET, before which the sender was local',
      before: [LOCAL_SENDER, 'RSET'],
      source: 'RFC 5321 4.1.1.5',
    },
    {
      id: 'after-known-rset',
      title: 'After RSET, before which the recipient existed',
      before: [MAIL, KNOWN, 'RSET'],
      source: 'RFC 5321 4.1.1.5',
    },
    { id: 'after-noop', title: 'After NOOP between MAIL and RCPT', between: ['NOOP'] },
    { id: 'after-vrfy', title: 'After VRFY of one that exists', between: ['VRFY {known}'] },
    { id: 'after-mail-twice', title: 'After a second MAIL', before: [LOCAL_SENDER] },
    {
      id: 'after-ehlo',
      title: 'After another EHLO within a transaction',
      before: [MAIL, KNOWN, 'EHLO {helo}'],
      source: 'RFC 5321 4.1.4',
    },
    { id: 'after-data', title: 'After DATA that came too soon', between: ['DATA'] },
    { id: 'after-unknown', title: 'After a command that nobody knows', between: ['XPOSTERNAUDIT'] },
    {
      id: 'after-cancelled-login',
      title: 'After a login that was cancelled',
      before: [{ auth: ['AUTH PLAIN', '*'] }],
      needs: [{ kind: 'extension', keyword: 'AUTH' }],
      source: 'RFC 4954 4',
    },
    { id: 'without-mail', title: 'RCPT without MAIL', before: ['RSET'], mail: '', source: 'RFC 5321 3.3' },
    { id: 'pipelined', title: 'MAIL and RCPT in one write', pipelined: true, source: 'RFC 2920' },
    {
      id: 'over-starttls',
      title: 'A transaction that began before STARTTLS',
      before: [LOCAL_SENDER, KNOWN, { upgrade: 'STARTTLS' }],
      mail: '',
      needs: [{ kind: 'extension', keyword: 'STARTTLS' }],
      source: 'RFC 3207 4.2',
    },
    {
      id: 'starttls-no-greeting',
      title: 'After STARTTLS without a greeting',
      before: [{ upgrade: 'STARTTLS' }],
      needs: [{ kind: 'extension', keyword: 'STARTTLS' }],
      shows: 'forgets its restrictions with TLS',
      source: 'RFC 3207 4.2',
    },
  ],
);

function plain(credentials: string): Line {
  return { auth: [`AUTH PLAIN {b64:${credentials}}`] };
}

export const LOGINS = rows(
  {
    family: 'login',
    shows: 'lets a client relay whose login failed, or that gave no password',
    source: 'RFC 4954 4',
  },
  [
    {
      id: 'login-failed',
      title: 'After a failed login',
      before: [plain('\0postern-audit@<domain>\0wrong')],
      needs: [{ kind: 'mechanism', name: 'PLAIN' }],
    },
    {
      id: 'login-empty',
      title: 'A login without name and password',
      before: [plain('\0\0')],
      needs: [{ kind: 'mechanism', name: 'PLAIN' }],
    },
    {
      id: 'login-no-password',
      title: 'A login of the postmaster without a password',
      before: [plain('\0postmaster@<domain>\0')],
      needs: [{ kind: 'mechanism', name: 'PLAIN' }],
      source: 'RFC 4513 5.1.2: directories take an empty password for an anonymous bind',
    },
    {
      id: 'login-guest',
      title: 'A login as guest',
      before: [plain('\0guest\0')],
      needs: [{ kind: 'mechanism', name: 'PLAIN' }],
      source: 'Exchange 5.5 and Windows guest account',
    },
    {
      id: 'login-login-empty',
      title: 'AUTH LOGIN with empty answers',
      before: [{ auth: ['AUTH LOGIN', '', ''] }],
      needs: [{ kind: 'mechanism', name: 'LOGIN' }],
      source: 'draft-murchison-sasl-login',
    },
    {
      id: 'login-login-guest',
      title: 'AUTH LOGIN as guest',
      before: [{ auth: ['AUTH LOGIN', '{b64:guest}', ''] }],
      needs: [{ kind: 'mechanism', name: 'LOGIN' }],
      source: 'Exchange 5.5 and Windows guest account',
    },
    {
      id: 'login-anonymous',
      title: 'AUTH ANONYMOUS',
      before: [{ auth: ['AUTH ANONYMOUS {b64:postern-audit}'] }],
      needs: [{ kind: 'extension', keyword: 'AUTH' }],
      source: 'RFC 4505',
    },
    {
      id: 'login-null-session',
      title: 'NTLM null session',
      before: [{ auth: ['AUTH NTLM', NTLM_NEGOTIATE, NTLM_NULL_SESSION] }],
      needs: [{ kind: 'mechanism', name: 'NTLM' }],
      source: 'Microsoft MS02-011, CVE-2002-0054',
    },
    {
      id: 'login-unfinished',
      title: 'MAIL in the middle of a login',
      before: [{ auth: ['AUTH LOGIN', 'MAIL FROM:<{sender}>'] }],
      needs: [{ kind: 'mechanism', name: 'LOGIN' }],
    },
  ],
);
