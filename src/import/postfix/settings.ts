/** The settings as Postfix uses them: overridden by a service, else those of main.cf, else its defaults; expanded. */
import type { ConfigProblem } from '../../config/mod.ts';
import type { Origin } from '../types.ts';
import { defaultOf } from './defaults.ts';
import { expand } from './expand.ts';
import { splitList } from './lines.ts';
import type { MainCf } from './mainCf.ts';
import type { Service } from './masterCf.ts';

export interface Setting {
  readonly name: string;
  /** Expanded, without blanks around it. */
  readonly text: string;
  readonly where: Origin;
  /** Nobody has set it. */
  readonly isDefault: boolean;
}

export interface Settings {
  /** The value for a service, or for the whole server. */
  get(name: string, service?: Service): Setting;
  list(name: string, service?: Service): readonly string[];
  isYes(name: string, service?: Service): boolean;
  /** Values that cannot be expanded, as they were met; Postfix does not start with them, either. */
  readonly problems: readonly ConfigProblem[];
}

export interface SettingsOptions {
  /** The folder, for places in problems. */
  readonly folder: string;
  /** For a main.cf without myhostname. */
  readonly hostname: string;
}

export const MAIN = 'main.cf';
export const MASTER = 'master.cf';

export function createSettings(main: MainCf, { folder, hostname }: SettingsOptions): Settings {
  const problems = new Map<string, ConfigProblem>();
  const written = (name: string, service?: Service): string | undefined =>
    service?.overrides.get(name) ?? main.settings.get(name)?.value ?? builtIn(name);
  const builtIn = (name: string): string | undefined => {
    if (name === 'myhostname') return hostname;
    if (name === 'mydomain') return domainOf(expanded('myhostname', 'myhostname').text);
    return defaultOf(name);
  };
  const expanded = (name: string, value: string, service?: Service): { text: string; where: Origin } => {
    const where = originOf(name, service);
    const raw = value === name ? (written(name, service) ?? '') : value;
    const result = expand(raw, (each) => written(each, service));
    if ('text' in result) return { text: result.text.trim(), where };
    const place = { file: `${folder}/${where.file}`, line: where.line ?? 1, column: 1 };
    problems.set(`${where.file} ${name}`, {
      place,
      message: `${name} cannot be expanded: ${result.problem}`,
    });
    return { text: '', where };
  };
  const originOf = (name: string, service?: Service): Origin => {
    if (service?.overrides.has(name) === true) return { file: MASTER, line: service.line };
    const line = main.settings.get(name)?.line;
    return line === undefined ? { file: MAIN } : { file: MAIN, line };
  };
  const get = (name: string, service?: Service): Setting => {
    const isDefault = service?.overrides.has(name) !== true && !main.settings.has(name);
    return { name, ...expanded(name, name, service), isDefault };
  };
  return {
    get,
    list: (name, service) => splitList(get(name, service).text),
    isYes: (name, service) => get(name, service).text.toLowerCase() === 'yes',
    get problems() {
      return [...problems.values()];
    },
  };
}

/** Postfix's rule: the host name without its first label, `localdomain` when it has only one. */
function domainOf(hostname: string): string {
  const dot = hostname.indexOf('.');
  return dot === -1 ? 'localdomain' : hostname.slice(dot + 1);
}

/** What a comment says of where a value comes from. */
export function sourceOf({ name, where, isDefault }: Setting): string {
  return isDefault ? `${name}, Postfix's default` : `${where.file}:${where.line ?? 1} ${name}`;
}
