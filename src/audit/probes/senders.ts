/** The claimed sender: nobody proves it, so nothing may follow from it. */
import { rows } from './envelope.ts';

const CLASSIC = 'MAPS and ORBS relay tests';
const SCANNER = 'nmap smtp-open-relay';

export const PLAIN = rows(
  {
    family: 'plain',
    shows: 'passes mail on for anybody',
    source: 'RFC 5321 7.9; RFC 2505 2.1',
  },
  [
    { id: 'plain', title: 'From elsewhere to elsewhere' },
    {
      id: 'plain-same-domain',
      title: "From the recipient's own domain",
      mail: 'MAIL FROM:<prober@{outsideDomain}>',
      source: CLASSIC,
    },
    {
      id: 'plain-to-itself',
      title: 'Sender and recipient are the same',
      mail: 'MAIL FROM:<{outside}>',
      source: CLASSIC,
    },
    {
      id: 'plain-postmaster',
      title: 'To the postmaster of somebody else',
      rcpt: 'RCPT TO:<postmaster@{outsideDomain}>',
      source: 'RFC 5321 4.5.1',
    },
  ],
);

export const SENDERS = rows(
  {
    family: 'sender',
    shows: 'believes the claimed sender, so that whoever claims to be one of its own can relay',
    source: CLASSIC,
  },
  [
    {
      id: 'sender-null',
      title: 'The null sender, as of a bounce',
      mail: 'MAIL FROM:<>',
      shows: 'relays whatever looks like a bounce',
      source: `${SCANNER} 1; RFC 5321 4.5.5`,
    },
    {
      id: 'sender-domain',
      title: 'A sender in the domain of the server',
      mail: 'MAIL FROM:<spamtest@{domain}>',
    },
    { id: 'sender-domain-upper', title: 'The same in upper case', mail: 'MAIL FROM:<SPAMTEST@{DOMAIN}>' },
    {
      id: 'sender-domain-dot',
      title: 'The same with a dot at its end',
      mail: 'MAIL FROM:<spamtest@{domain}.>',
    },
    { id: 'sender-subdomain', title: 'A sender in a subdomain', mail: 'MAIL FROM:<spamtest@sub.{domain}>' },
    {
      id: 'sender-host',
      title: 'A sender at the name of the server',
      mail: 'MAIL FROM:<antispam@{host}>',
      source: `${SCANNER} 3`,
    },
    {
      id: 'sender-literal',
      title: 'A sender at the address of the server',
      mail: 'MAIL FROM:<antispam@{literal}>',
      source: `${SCANNER} 4`,
    },
    {
      id: 'sender-loopback',
      title: 'A sender at the loopback address',
      mail: 'MAIL FROM:<antispam@[127.0.0.1]>',
    },
    { id: 'sender-client', title: 'A sender at our own address', mail: 'MAIL FROM:<antispam@{client}>' },
    { id: 'sender-localhost', title: 'A sender at localhost', mail: 'MAIL FROM:<spamtest@localhost>' },
    {
      id: 'sender-localdomain',
      title: 'A sender at localhost.localdomain',
      mail: 'MAIL FROM:<root@localhost.localdomain>',
    },
    { id: 'sender-unqualified', title: 'A sender without a domain', mail: 'MAIL FROM:<spamtest>' },
    { id: 'sender-root', title: 'The sender root', mail: 'MAIL FROM:<root>' },
    {
      id: 'sender-mailer-daemon',
      title: 'The sender MAILER-DAEMON',
      mail: 'MAIL FROM:<MAILER-DAEMON>',
      source: 'ORBS relay tests',
    },
    {
      id: 'sender-postmaster',
      title: 'The postmaster of the server',
      mail: 'MAIL FROM:<postmaster@{host}>',
      source: 'ORBS relay tests',
    },
    { id: 'sender-known', title: 'A sender that exists here', mail: 'MAIL FROM:<{known}>' },
    {
      id: 'sender-known-parameter',
      title: 'The same, with the size of the message',
      mail: 'MAIL FROM:<{known}> SIZE=100',
      needs: [{ kind: 'extension', keyword: 'SIZE' }],
      source: 'RFC 1870',
    },
    {
      id: 'sender-no-brackets',
      title: 'A local sender without angle brackets',
      mail: 'MAIL FROM:spamtest@{domain}',
      source: 'DSBL relaytest',
    },
    {
      id: 'sender-percent',
      title: 'A local sender by the percent hack',
      mail: 'MAIL FROM:<postmaster%{domain}@{host}>',
    },
    {
      id: 'sender-bang',
      title: 'A local sender as a bang path',
      mail: 'MAIL FROM:<{domain}!postmaster>',
      source: 'DSBL relaytest',
    },
    {
      id: 'sender-route',
      title: 'A sender by a source route through the server',
      mail: 'MAIL FROM:<@{domain}:{sender}>',
      source: 'RFC 5321 appendix F.2',
    },
    {
      id: 'sender-two-at',
      title: 'A local sender before a foreign domain',
      mail: 'MAIL FROM:<postmaster@{domain}@{outsideDomain}>',
    },
    {
      id: 'sender-quoted',
      title: 'A local sender in quotes at a foreign domain',
      mail: 'MAIL FROM:<"postmaster@{domain}"@{outsideDomain}>',
    },
    {
      id: 'sender-prefix',
      title: 'A domain that ends like that of the server',
      mail: 'MAIL FROM:<spamtest@zz--audit{domain}>',
    },
    {
      id: 'sender-prefixed',
      title: 'A domain that begins like that of the server',
      mail: 'MAIL FROM:<spamtest@{domain}.{outsideDomain}>',
    },
    {
      id: 'sender-srs',
      title: 'A sender rewritten by SRS, unsigned',
      mail: 'MAIL FROM:<SRS0=x=y={outsideDomain}=victim@{domain}>',
      source: 'SRS, openspf.org',
    },
  ],
);
