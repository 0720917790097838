/** Colour, on verdict words and marks only. */
import type { CliIo, Output } from './io.ts';

export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly caution: (text: string) => string;
}

const PLAIN: Style = { good: (text) => text, bad: (text) => text, caution: (text) => text };

const COLOUR: Style = {
  good: (text) => `\u001B[32m${text}\u001B[39m`,
  bad: (text) => `\u001B[31m${text}\u001B[39m`,
  caution: (text) => `\u001B[33m${text}\u001B[39m`,
};

/** The style of one stream: colour on a terminal only, and not when NO_COLOR (any value but empty), TERM=dumb or --no-color say so. */
export function styleOf(stream: Output, env: CliIo['env'], wanted: boolean): Style {
  const refused = !wanted || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return stream.isTTY === true && !refused ? COLOUR : PLAIN;
}
