/** What differs between two configurations beside the policy: each setting by its name in the file, with both values. */
import { formatDuration, formatEndpoint } from '../config/mod.ts';
import type { Config } from '../config/mod.ts';
import { formatRange } from '../policy/mod.ts';
import type { IpRange } from '../std/mod.ts';

export interface SettingChange {
  /** `limits.recipients` */
  readonly setting: string;
  /** As text; undefined: it was not there. */
  readonly before: string | undefined;
  /** Undefined: it is there no more. */
  readonly after: string | undefined;
}

/** What the difference of the policies tells, and what no administrator writes. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'file',
  'routing.reroute',
  'routing.domains',
  'routing.literals',
  'relay.allow',
  'relay.never',
]);

/** Values that are milliseconds. */
const DURATIONS = /^(?:timeouts|queue|delivery\.timeouts)\.|^(?:delivery\.idle|dns\.timeout)$/;

/** Every setting with another value, in the order of the configuration. */
export function settingChanges(before: Config, after: Config): readonly SettingChange[] {
  const [old, now] = [flatten(before), flatten(after)];
  const changes: SettingChange[] = [];
  for (const setting of new Set([...old.keys(), ...now.keys()])) {
    const change = { setting, before: old.get(setting), after: now.get(setting) };
    if (change.before !== change.after) changes.push(change);
  }
  return changes.filter(({ setting }) => !isOfWholeListener(setting, old, now));
}

/** A listener that came or went is one change, and not one for each of its settings. */
function isOfWholeListener(setting: string, ...both: readonly ReadonlyMap<string, string>[]): boolean {
  const [first, name, more] = setting.split('.', 3);
  return (
    first === 'listeners' &&
    more !== undefined &&
    !both.every((each) => each.has(`listeners.${String(name)}`))
  );
}

/** `limits.recipients is 100 (was 50)`, `listeners.submission is added (0.0.0.0:587)` */
export function describeSetting({ setting, before, after }: SettingChange): string {
  if (setting === 'tests') return 'the policy tests are others';
  if (before === undefined) return `${setting} is added${inBrackets('', after)}`;
  if (after === undefined) return `${setting} is removed${inBrackets('was ', before)}`;
  return `${setting} is ${cut(after)} (was ${cut(before)})`;
}

function inBrackets(word: string, text = ''): string {
  return text === '' ? '' : ` (${word}${cut(text)})`;
}

/** More of a value than a line can hold says nothing. */
function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function flatten(config: Config): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  const { listeners, tests, ...others } = config;
  for (const { name, bind, purpose, place: _place, ...listener } of listeners) {
    const path = `listeners.${name}`;
    settings.set(path, bind.map(formatEndpoint).join(', '));
    collect({ for: purpose, ...listener }, path, settings);
  }
  collect(others, '', settings);
  settings.set('tests', JSON.stringify(tests, plain));
  return settings;
}

function collect(value: unknown, path: string, into: Map<string, string>): void {
  if (ELSEWHERE.has(path) || value === undefined) return;
  if (!isGroup(value)) {
    into.set(path, textOf(value, path));
    return;
  }
  const entries: Iterable<readonly [unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  for (const [key, entry] of entries)
    collect(entry, path === '' ? String(key) : `${path}.${String(key)}`, into);
}

/** A group of settings, and not one value of several parts. */
function isGroup(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !('family' in value) &&
    !('localPart' in value) &&
    !('host' in value)
  );
}

function textOf(value: unknown, path: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? 'nothing' : value.map((item: unknown) => textOf(item, path)).join(', ');
  }
  if (typeof value === 'number' && DURATIONS.test(path)) return formatDuration(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isRange(value)) return formatRange(value);
  if ('range' in value && 'header' in value) return proxyText(value.range, value.header);
  if ('address' in value) return String(value.address);
  if ('host' in value && 'port' in value) return `${String(value.host)}:${String(value.port)}`;
  const parts = Object.entries(value).filter(([key, part]) => key !== 'place' && part !== undefined);
  return `{ ${parts.map(([key, part]) => `${key}: ${textOf(part, path)}`).join(', ')} }`;
}

function proxyText(range: unknown, header: unknown): string {
  return header === 'proxy' ? textOf(range, 'proxies') : `${textOf(range, 'proxies')} without a header`;
}

/** A line that has moved is no change, and JSON has no large numbers. */
function plain(key: string, value: unknown): unknown {
  if (key === 'place') return undefined;
  return typeof value === 'bigint' ? String(value) : value;
}

function isRange(value: object): value is IpRange {
  return 'family' in value && 'first' in value && 'last' in value;
}
