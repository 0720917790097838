/** The restrictions of Postfix, postconf(5), by what they mean for the question who can relay. */

export type RestrictionKind =
  | { readonly kind: 'permitAll' | 'refuseAll' | 'nothing' | 'permitNetworks' | 'permitSignedIn' }
  | { readonly kind: 'permitDestination' | 'refuseOthers' }
  /** Permits by what Postern does not know; without it less is permitted. */
  | { readonly kind: 'permitsElse'; readonly takes: 0 | 1; readonly why: string }
  /** Refuses by what a client claims or by the form of an address; who can relay stays the same. */
  | { readonly kind: 'claim'; readonly takes: 0 | 1 }
  /** Refuses by what Postern does not know: without it more would be permitted. */
  | { readonly kind: 'doubt'; readonly takes: 0 | 1; readonly why: string }
  | { readonly kind: 'table'; readonly of: 'client' | 'sender' | 'recipient' }
  /** A table that is asked about a claim, or about what Postern does not know. */
  | { readonly kind: 'otherTable'; readonly of: string; readonly claimed: boolean }
  | { readonly kind: 'warnOnly' };

const doubt = (why: string, takes: 0 | 1 = 0): RestrictionKind => ({ kind: 'doubt', takes, why });
const permitsElse = (why: string, takes: 0 | 1 = 0): RestrictionKind => ({ kind: 'permitsElse', takes, why });
const otherTable = (of: string, claimed: boolean): RestrictionKind => ({ kind: 'otherTable', of, claimed });

const CLAIM: RestrictionKind = { kind: 'claim', takes: 0 };
const CLAIM_WITH_LIST: RestrictionKind = { kind: 'claim', takes: 1 };
const BLOCKLIST = doubt('Postern asks no blocklists.', 1);
const CLIENT_NAME = doubt('Postern does not judge a client by its name in the DNS.');
const CERTIFICATE = permitsElse('Postern does not know clients by their certificates.');
const ALLOWLIST = permitsElse('Postern asks no allowlists.', 1);

export const RESTRICTIONS: ReadonlyMap<string, RestrictionKind> = new Map<string, RestrictionKind>([
  ['permit', { kind: 'permitAll' }],
  ['reject', { kind: 'refuseAll' }],
  ['defer', { kind: 'refuseAll' }],
  ['defer_if_permit', { kind: 'refuseAll' }],
  ['defer_if_reject', { kind: 'nothing' }],
  ['permit_mynetworks', { kind: 'permitNetworks' }],
  ['permit_sasl_authenticated', { kind: 'permitSignedIn' }],
  ['permit_auth_destination', { kind: 'permitDestination' }],
  ['reject_unauth_destination', { kind: 'refuseOthers' }],
  ['defer_unauth_destination', { kind: 'refuseOthers' }],
  ['warn_if_reject', { kind: 'warnOnly' }],
  [
    'permit_mx_backup',
    permitsElse(
      'Postfix takes mail for every domain whose MX names this server; whoever owns a domain can name it.',
    ),
  ],
  ['permit_tls_clientcerts', CERTIFICATE],
  ['permit_tls_all_clientcerts', CERTIFICATE],
  ['permit_inet_interfaces', permitsElse('The addresses of the machine are not in its files.')],
  ['permit_naked_ip_address', permitsElse('Whoever claims an address as its name would be permitted.')],
  ['permit_dnswl_client', ALLOWLIST],
  ['permit_rhswl_client', ALLOWLIST],
  ['check_client_access', { kind: 'table', of: 'client' }],
  ['check_sender_access', { kind: 'table', of: 'sender' }],
  ['check_recipient_access', { kind: 'table', of: 'recipient' }],
  ['check_helo_access', otherTable('the name in HELO', true)],
  ...['check_sender_mx_access', 'check_sender_ns_access', 'check_sender_a_access'].map(
    (name): [string, RestrictionKind] => [name, otherTable("the DNS of the sender's domain", true)],
  ),
  ...['check_helo_mx_access', 'check_helo_ns_access', 'check_helo_a_access'].map(
    (name): [string, RestrictionKind] => [name, otherTable('the DNS of the name in HELO', true)],
  ),
  ...['check_recipient_mx_access', 'check_recipient_ns_access', 'check_recipient_a_access'].map(
    (name): [string, RestrictionKind] => [name, otherTable("the DNS of the recipient's domain", false)],
  ),
  ...[
    'check_client_mx_access',
    'check_client_ns_access',
    'check_client_a_access',
    'check_reverse_client_hostname_access',
    'check_reverse_client_hostname_mx_access',
    'check_reverse_client_hostname_ns_access',
    'check_reverse_client_hostname_a_access',
  ].map((name): [string, RestrictionKind] => [name, otherTable("the client's name in the DNS", false)]),
  ['check_sasl_access', otherTable('the account', false)],
  ['check_ccert_access', otherTable("the client's certificate", false)],
  ['check_policy_service', doubt('What a policy service answers is not in the files.', 1)],
  ['reject_rbl_client', BLOCKLIST],
  ['reject_rhsbl_client', BLOCKLIST],
  ['reject_rhsbl_reverse_client', BLOCKLIST],
  ['reject_rhsbl_recipient', BLOCKLIST],
  ['reject_rhsbl_helo', CLAIM_WITH_LIST],
  ['reject_rhsbl_sender', CLAIM_WITH_LIST],
  ['reject_unknown_client_hostname', CLIENT_NAME],
  ['reject_unknown_client', CLIENT_NAME],
  ['reject_unknown_reverse_client_hostname', CLIENT_NAME],
  ['reject_unknown_forward_client_hostname', CLIENT_NAME],
  ['reject_plaintext_session', doubt('Postern does not decide by whether a session has TLS.')],
  ...[
    'reject_sender_login_mismatch',
    'reject_authenticated_sender_login_mismatch',
    'reject_known_sender_login_mismatch',
    'reject_unauthenticated_sender_login_mismatch',
  ].map((name): [string, RestrictionKind] => [name, CLAIM]),
  ...[
    'reject_invalid_helo_hostname',
    'reject_invalid_hostname',
    'reject_non_fqdn_helo_hostname',
    'reject_non_fqdn_hostname',
    'reject_unknown_helo_hostname',
    'reject_unknown_hostname',
    'reject_non_fqdn_sender',
    'reject_unknown_sender_domain',
    'reject_unlisted_sender',
    'reject_unverified_sender',
    'reject_non_fqdn_recipient',
    'reject_unknown_recipient_domain',
    'reject_unlisted_recipient',
    'reject_unverified_recipient',
    'reject_unauth_pipelining',
    'reject_multi_recipient_bounce',
  ].map((name): [string, RestrictionKind] => [name, CLAIM]),
  ['sleep', { kind: 'permitsElse', takes: 1, why: 'Postern does not make clients wait.' }],
]);
