/** Writing to the two streams: the answer to stdout, everything else to stderr. */
import type { CliIo } from './io.ts';
import { printable, printableJson } from './printable.ts';
import { styleOf } from './style.ts';
import type { Style } from './style.ts';

export interface Console {
  /** Style of stdout. */
  readonly style: Style;
  /** A line of the answer; it may have several lines and needs no line end. */
  answer(text: string): void;
  /** The answer as JSON; `value` has a `schema`. */
  json(value: { readonly schema: string } & Readonly<Record<string, unknown>>): void;
  /** The answer as tab-separated lines. */
  plain(rows: readonly (readonly string[])[]): void;
  /** A line that is not the answer. */
  note(text: string): void;
  warn(text: string): void;
  /** That something holds: `✓ Not an open relay: proved.` */
  pass(text: string): void;
  /** What went wrong and how to mend it. */
  fail(error: string, remedy?: string): void;
}

export function createConsole({ stdout, stderr, env }: CliIo, colour: boolean): Console {
  const errStyle = styleOf(stderr, env, colour);
  const note = (text: string): void => {
    stderr.write(`${text}\n`);
  };
  return {
    style: styleOf(stdout, env, colour),
    answer: (text) => {
      stdout.write(`${text}\n`);
    },
    json: (value) => {
      stdout.write(`${printableJson(value)}\n`);
    },
    plain: (rows) => {
      for (const row of rows) stdout.write(`${row.map(printable).join('\t')}\n`);
    },
    note,
    pass: (text) => note(`${errStyle.good('✓')} ${text}`),
    warn: (text) => note(`${errStyle.caution('Note:')} ${text}`),
    fail: (error, remedy) => {
      note(`${errStyle.bad('error:')} ${error}`);
      if (remedy !== undefined) note(remedy);
    },
  };
}
