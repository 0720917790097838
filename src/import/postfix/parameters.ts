/** The settings that this import does not read: which of them Postern has no counterpart for, and which say nothing here. */
import type { Remark } from '../types.ts';
import type { MainCf } from './mainCf.ts';
import type { Service } from './masterCf.ts';
import { MAIN, MASTER } from './settings.ts';

/** Read elsewhere, or only through a setting that is. */
const READ =
  /^(?:compatibility_level|myhostname|mydomain|myorigin|mynetworks|mynetworks_style|mydestination|relay_domains|virtual_(?:alias|mailbox)_domains|virtual_alias_maps|virtual_maps|virtual_transport|mailbox_transport|local_transport|relay_transport|default_transport|transport_maps|relayhost|parent_domain_matches_subdomains|inet_interfaces|inet_protocols|smtpd_(?:client|helo|sender|relay|recipient|data|end_of_data)_restrictions|smtpd_restriction_classes|smtpd_delay_reject|smtpd_sasl_auth_enable|smtpd_sasl_local_domain|smtpd_tls_(?:security_level|wrappermode|auth_only|cert_file|key_file|chain_files)|(?:smtpd|postscreen)_upstream_proxy_protocol|smtpd_use_tls|smtpd_enforce_tls|message_size_limit|smtp_sasl_(?:auth_enable|password_maps)|smtp_tls_wrappermode|maximal_queue_lifetime|delay_warning_time|default_database_type|smtpd_relay_before_recipient_restrictions|smtpd_reject_unlisted_recipient)$/;

/** Names, folders, log, codes and tuning: no message goes another way for them. */
const SILENT =
  /^(?:smtpd_banner|biff|append_(?:dot_mydomain|at_myorigin)|\w+_directory|\w+_path|setgid_group|mail_owner|default_privs|mail_name|mail_version|debug\w*|\w+_reject_code|maps_rbl_reject_code|alias_database|alias_maps|mailbox_size_limit|virtual_mailbox_limit|virtual_(?:mailbox_base|mailbox_maps|uid_maps|gid_maps|minimum_uid)|home_mailbox|mail_spool_directory|mailbox_command|local_recipient_maps|syslog_\w+|maillog_\w+|service_name|disable_vrfy_command|smtpd_helo_required|strict_rfc821_envelopes|smtpd_(?:forbid|peername|log|timeout|junk|soft_error|hard_error|error_sleep|history)\w*|\w*tls\w*_(?:session_cache_\w+|loglevel|received_header|CAfile|CApath|protocols|ciphers|exclude_ciphers|eecdh_grade|dh\d+_param_file|ask_ccert|preempt_cipherlist|mandatory_\w+|note_starttls_offer)|tls_\w+|smtp_dns_support_level|smtp_host_lookup|smtpd_sasl_(?:type|path|security_options|tls_security_options|authenticated_header|service)|cyrus_sasl_config_path|broken_sasl_auth_clients|smtp_sasl_(?:security_options|tls_security_options|mechanism_filter|type)|smtputf8_enable|swap_bangpath|allow_percent_hack|address_verify_\w+|\w*process_limit|in_flow_delay|\w+_concurrency_\w+|(?:minimal|maximal)_backoff_time|queue_run_delay|bounce_queue_lifetime|smtpd_authorized_\w+|milter_(?:macro|protocol|default|connect|command|content)\w*|lmtp_\w+|local_header_rewrite_clients|remote_header_rewrite_domain|import_environment|export_environment|header_size_limit|line_length_limit|qmgr_\w+|meta_directory|shlib_directory|unverified_\w+|smtp_(?:connect|helo|mail|rcpt|data|quit|xforward)_\w*timeout)$/;

const WHY: readonly (readonly [names: RegExp, why: string])[] = [
  [/^(?:content_filter|smtpd_proxy_filter|\w*milters)$/, 'Postern hands mail to no filter.'],
  [/_checks$/, 'Postern does not look into messages.'],
  [/(?:canonical|generic|masquerade|relocated)/, 'Postern changes no addresses but by rewrite routes.'],
  [/_bcc(?:_maps)?$/, 'Postern makes no copies.'],
  [/^sender_dependent_/, 'Postern chooses a route by the recipient alone.'],
  [
    /^relay_recipient_maps$/,
    'A forward route takes every recipient of its domain; one that the host behind it refuses is bounced.',
  ],
  [/_rate_limit$|_count_limit$/, 'Postern has limits of its own, under limits.'],
  [
    /^smtp_tls_/,
    'Postern uses TLS where the other server offers it, and checks certificates only when it signs in.',
  ],
  [/^recipient_delimiter$/, 'Postern has no address extensions: user+word is not user.'],
  [/^postscreen_/, 'Postern has no postscreen.'],
  [
    /^smtpd_sender_login_maps$/,
    'Which addresses an account may use is said by its aliases: postern account add ADDRESS --alias ADDRESS.',
  ],
];

const OTHERWISE = 'Postern has no counterpart, or the import does not know it.';

/** A remark for each setting that is written and not carried over. */
export function untoldParameters(main: MainCf, services: readonly Service[]): readonly Remark[] {
  const used = variablesOf(main, services);
  const inMain = [...main.settings].map(([name, { value, line }]) => ({
    name,
    value,
    where: { file: MAIN, line },
  }));
  const inMaster = services
    .filter(({ command }) => command === 'smtpd')
    .flatMap(({ overrides, line }) =>
      [...overrides].map(([name, value]) => ({ name, value, where: { file: MASTER, line } })),
    );
  return [...inMain, ...inMaster].flatMap(({ name, value, where }): readonly Remark[] => {
    const why = WHY.find(([names]) => names.test(name))?.[1];
    if (value === '' || READ.test(name) || SILENT.test(name)) return [];
    if (why === undefined && used.has(name)) return [];
    if (name === 'smtp_tls_security_level' && ['may', 'none', ''].includes(value)) return [];
    const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
    return [{ what: `${name} = ${shown}`, where, why: why ?? OTHERWISE }];
  });
}

/** Names that others refer to, and classes of restrictions: what they mean is told where they are used. */
function variablesOf(main: MainCf, services: readonly Service[]): ReadonlySet<string> {
  const values = [...main.settings.values()].map(({ value }) => value);
  const overrides = services.flatMap((service) => [...service.overrides.values()]);
  const names = [...values, ...overrides].flatMap((value) =>
    [...value.matchAll(/\$[{(]?([A-Za-z0-9_]+)/g)].map((match) => match[1] ?? ''),
  );
  const classes = main.settings.get('smtpd_restriction_classes')?.value.split(/[\s,]+/) ?? [];
  return new Set([...names, ...classes]);
}
