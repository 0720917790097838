/** Words of other mail servers, for those who come from there: what stands in a Postfix, Exim or Exchange set-up, and where it goes here. */

const OUTBOUND =
  'Where mail for other domains goes is routing: { outbound: { host: "smarthost.example:587" } }.';
const NETWORKS = 'Who may relay stands under relay.allow, such as { name: office, from: [192.168.10.0/24] }.';
const DOMAINS =
  'Domains stand under routing.domains, such as { domain: contoso.example, inbound: true } or { domain: branch.example, forward: "mail.branch.internal:25" }.';
const BIND = 'The addresses to listen at are listeners.NAME.bind, such as ["0.0.0.0:25", "[::]:25"].';
const USERS = 'Accounts are kept in the data folder: postern account add alice@contoso.example.';

/** By the key in small letters without `_` and `-`. None is a key of ours. */
const WORDS = new Map<string, string>([
  ...['relayhost', 'smarthost', 'smarthosts', 'smarthostlist', 'nexthop'].map(
    (key) => [key, OUTBOUND] as const,
  ),
  ...[
    'mynetworks',
    'relayfromhosts',
    'relaynets',
    'smtpdrelayrestrictions',
    'smtpdrecipientrestrictions',
  ].map((key) => [key, NETWORKS] as const),
  ...[
    'mydestination',
    'localdomains',
    'virtualmailboxdomains',
    'accepteddomains',
    'relaydomains',
    'transportmaps',
  ].map((key) => [key, DOMAINS] as const),
  ...['inetinterfaces', 'daemonsmtpports', 'localinterfaces'].map((key) => [key, BIND] as const),
  ...['users', 'virtualmailboxmaps', 'smtpdsaslauthenable'].map((key) => [key, USERS] as const),
  ['messagesizelimit', 'The largest message is limits.messageSize, such as 50MiB.'],
  ['maximalqueuelifetime', 'When a message is given up is queue.expire, such as 5d.'],
  ['queuedirectory', 'The spool is in the folder that data names.'],
  ['port', 'A port stands behind its address or host, such as "smarthost.example:587".'],
]);

/** Where that belongs which another mail server calls `key`; undefined when the word is not known. */
export function foreignRemedy(key: string): string | undefined {
  return WORDS.get(key.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[-_]/g, ''));
}
