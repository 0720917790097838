/** What Postfix 3.7, Debian's, takes for a name that main.cf does not set, as `postconf -d` prints it. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['compatibility_level', '0'],
  ['config_directory', '/etc/postfix'],
  ['queue_directory', '/var/spool/postfix'],
  ['default_database_type', 'hash'],
  ['myorigin', '$myhostname'],
  ['mynetworks_style', '${{$compatibility_level} <level {2} ? {subnet} : {host}}'],
  ['mydestination', '$myhostname, localhost.$mydomain, localhost'],
  ['relay_domains', '${{$compatibility_level} <level {2} ? {$mydestination} : {}}'],
  ['virtual_alias_maps', '$virtual_maps'],
  ['virtual_alias_domains', '$virtual_alias_maps'],
  ['virtual_mailbox_domains', '$virtual_mailbox_maps'],
  [
    'parent_domain_matches_subdomains',
    'debug_peer_list, fast_flush_domains, mynetworks, permit_mx_backup_networks, qmqpd_authorized_clients, relay_domains, smtpd_access_maps',
  ],
  ['inet_interfaces', 'all'],
  ['inet_protocols', 'all'],
  [
    'smtpd_relay_restrictions',
    '${{$compatibility_level} <level {1} ? {} : {permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination}}',
  ],
  ['smtpd_delay_reject', 'yes'],
  ['smtpd_sasl_auth_enable', 'no'],
  ['smtpd_tls_auth_only', 'no'],
  ['smtpd_tls_wrappermode', 'no'],
  ['smtpd_use_tls', 'no'],
  ['smtpd_enforce_tls', 'no'],
  ['smtpd_tls_key_file', '$smtpd_tls_cert_file'],
  ['message_size_limit', '10240000'],
  ['smtp_sasl_auth_enable', 'no'],
  ['smtp_tls_wrappermode', 'no'],
  ['virtual_transport', 'virtual'],
  ['local_transport', 'local:$myhostname'],
  ['relay_transport', 'relay'],
  ['default_transport', 'smtp'],
]);

/** The value as Postfix has it, variables and all; undefined: empty. */
export function defaultOf(name: string): string | undefined {
  return DEFAULTS.get(name);
}
