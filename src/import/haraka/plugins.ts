/** `plugins`: what is on, in the order in which it runs. */
import type { Remarks } from '../remarks.ts';
import { linesOf } from './files.ts';
import type { HarakaFiles } from './files.ts';

export interface Plugin {
  /** `rcpt_to.in_host_list`, `queue/smtp_forward`; without the prefix of its package. */
  readonly name: string;
  readonly line: number;
}

export function pluginsOf(files: HarakaFiles): readonly Plugin[] {
  return linesOf(files, 'plugins').map(({ text, line }) => ({
    name: text.replace(/^haraka-plugin-/, ''),
    line,
  }));
}

export function hasPlugin(plugins: readonly Plugin[], ...names: readonly string[]): boolean {
  return plugins.some(({ name }) => names.includes(name));
}

/** Plugins of which everything that concerns relaying and routing is carried over. */
const KNOWN: ReadonlySet<string> = new Set([
  'relay',
  'relay_acl',
  'relay_all',
  'relay_force_routing',
  'rcpt_to.in_host_list',
  'rcpt_to.routes',
  'queue/smtp_forward',
  'queue/smtp_proxy',
  'queue/lmtp',
  'tls',
]);

/** Plugins that only watch or log. */
const SILENT: ReadonlySet<string> = new Set([
  'process_title',
  'syslog',
  'log.syslog',
  'watch',
  'graph',
  'status',
]);

export function isAuth(name: string): boolean {
  return /^auth[/_-]/.test(name);
}

/** The plugins that have no counterpart here. */
export function tellPlugins(plugins: readonly Plugin[], remarks: Remarks): void {
  const others = plugins.filter(({ name }) => !KNOWN.has(name) && !SILENT.has(name) && !isAuth(name));
  const [first] = others;
  if (first === undefined) return;
  const names = others.map(({ name, line }) => `${name} (line ${line})`).join(', ');
  remarks.left({
    what: names,
    where: { file: 'plugins', line: first.line },
    why: 'They are not looked at. What they refused is refused here only where the rules above do; what they delivered or changed, they do no more.',
    remedy: 'Add a never rule for clients that one of them kept from relaying.',
  });
}
