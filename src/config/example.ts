/** The configuration that `postern init` writes: loopback only, closed to strangers, commented. */
import { flow } from './words.ts';

export interface ExampleOptions {
  readonly hostname: string;
  /** The domain whose mail is received here. */
  readonly domain: string;
  /** The data folder, relative to the file; `./data` when absent. */
  readonly data?: string;
  /** The address to listen at, IPv4; 127.0.0.1 when absent. */
  readonly address?: string;
  readonly ports?: { readonly transfer: number; readonly submission: number; readonly submissions: number };
  /** `mx`: mail for other domains leaves this machine. `folder`: it is kept in the data folder. `mx` when absent. */
  readonly outbound?: 'mx' | 'folder';
}

/** Ports that need no privileges. */
export const EXAMPLE_PORTS = { transfer: 2525, submission: 2587, submissions: 2465 } as const;

/** The text of a configuration file that `parseConfig()` takes as it is. */
export function exampleConfig(options: ExampleOptions): string {
  const { data = './data', outbound = 'mx' } = options;
  return [
    ...HEAD,
    `hostname: ${flow(options.hostname)}`,
    `data: ${flow(data)}   # spool, accounts, certificate, control socket`,
    '',
    ...listeners(options),
    '',
    ...routing(options.domain, data, outbound),
    '',
    ...RELAY,
    '',
    'accounts:',
    `  defaultDomain: ${flow(options.domain)}   # for a login without a domain`,
    '',
    ...TESTS,
    '',
  ].join('\n');
}

const HEAD = [
  '# Configuration of Postern. Everything that is not said here has a safe default; docs/configuration.md explains',
  '# every key. After a change: postern check, then postern reload.',
  '',
];

function listeners({ address = '127.0.0.1', ports = EXAMPLE_PORTS }: ExampleOptions): readonly string[] {
  const at = (port: number): string => flow([`${address}:${port}`]);
  return [
    '# Where clients connect. For the world: "0.0.0.0:25" and "[::]:25", 587 and 465.',
    'listeners:',
    `  transfer: { bind: ${at(ports.transfer)} }   # from other servers`,
    `  submission: { bind: ${at(ports.submission)}, for: submission }   # people and devices: STARTTLS, then AUTH`,
    `  submissions: { bind: ${at(ports.submissions)}, for: submission, tls: implicit }   # the same, TLS at once`,
  ];
}

function routing(domain: string, data: string, outbound: 'mx' | 'folder'): readonly string[] {
  return [
    '# What becomes of mail for a domain. The most specific entry wins.',
    'routing:',
    '  domains:',
    `    - { domain: ${flow(domain)}, inbound: true }   # ours, delivered here`,
    '    # - { domain: branch.example, forward: "mail.branch.internal:25" }   # ours, passed on to that host',
    '    # - { domain: old.example, rewrite: contoso.example }   # the domain of the recipient is replaced',
    '    # - { domain: partner.example, alwaysRelay: true }   # anybody may send there through this server',
    `  inbound: { maildir: ${flow(below(data, 'mail'))} }`,
    outbound === 'mx'
      ? '  outbound: mx   # mail for other domains, by their MX records'
      : `  outbound: { maildir: ${flow(below(data, 'outbound'))} }   # nothing leaves this machine; \`mx\` sends it`,
  ];
}

function below(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

const RELAY = [
  '# Who may send to other domains through this server. Whoever is not named here cannot.',
  'relay:',
  '  # never:',
  '  #   - { name: guest-wifi, from: [10.0.0.64/26] }   # not even when signed in',
  '  allow:',
  '    - { name: staff, authenticated: true }   # every account that has signed in',
  '    # - { name: office, from: [192.168.10.0/24] }   # without signing in',
];

const TESTS = [
  '# What must stay true, whatever is changed above: checked by postern check and before every reload.',
  '# This one says everybody. When a grant above names a network, name clients outside of it: [203.0.113.9].',
  'tests:',
  '  - name: strangers stay out',
  '    from: [0.0.0.0/0, "::/0"]',
  '    recipient: someone@elsewhere.invalid',
  '    expect: refused',
];
