/** `docs/log-events.md`, made from the catalogue. */
import { EVENTS, FIELDS } from './catalogue/mod.ts';
import type { FieldName } from './catalogue/mod.ts';
import type { Level } from './level.ts';

const HEAD = `# Log events

Made from the code by \`npm run docs\`; do not edit.

Postern writes one JSON object a line. Every line has

| member | meaning |
| --- | --- |
| \`level\` | \`debug\`, \`info\`, \`warn\` or \`error\` |
| \`time\` | when, ISO 8601 in UTC with milliseconds |
| \`pid\` | the process |
| \`process\` | which of our processes: \`supervisor\`, or the name of a worker |
| \`event\` | what happened: a name of the table below |

and the fields of its event. A field without a value is \`null\` or left out. No event carries message content or a secret.
\`log.level\` in the configuration sets the lowest level that is written, \`log.file\` where. A log file that was renamed is opened
again on SIGHUP. At most 4 MiB of lines wait for a slow disk or reader; what does not fit is dropped, and \`log.dropped\` says how
many lines.
`;

interface Entry {
  readonly level: Level;
  readonly meaning: string;
  readonly fields: readonly FieldName[];
}

/** The page of all log events and their fields. */
export function logEventsReference(): string {
  const entries = Object.entries<Entry>(EVENTS).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = entries.map(
    ([name, { level, meaning, fields }]) =>
      `| \`${name}\` | ${level} | ${meaning} | ${fields.map((field) => `\`${field}\``).join(', ')} |`,
  );
  const fields = Object.entries(FIELDS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return [
    HEAD,
    '## Events\n',
    '| event | level | meaning | fields |',
    '| --- | --- | --- | --- |',
    ...rows,
    '\n## Fields\n',
    '| field | meaning |',
    '| --- | --- |',
    ...fields,
    '',
  ].join('\n');
}
