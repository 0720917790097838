/** A configuration as JSON that people can compare: ranges, addresses and places as text. */
import type { Config } from '../../src/config/mod.ts';
import { formatRange } from '../../src/policy/mod.ts';
import type { IpRange } from '../../src/std/mod.ts';

export function plain(config: Config): unknown {
  return JSON.parse(
    JSON.stringify(config, (_key, value: unknown) => {
      if (value instanceof Map) return Object.fromEntries<unknown>(value);
      if (typeof value === 'bigint') return String(value);
      if (typeof value !== 'object' || value === null) return value;
      if (isRange(value)) return formatRange(value);
      if ('line' in value && 'column' in value) return `${String(value.line)}:${String(value.column)}`;
      return 'family' in value && 'text' in value ? value.text : value;
    }),
  );
}

function isRange(value: object): value is IpRange {
  return 'first' in value && 'last' in value && 'family' in value;
}
