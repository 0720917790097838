/**
 * What an importer makes of another server's configuration.
 *
 * An importer never opens more than the old server did. What it cannot express exactly it leaves out, or narrows, and
 * says so: nothing is dropped in silence.
 */
import type { ConfigProblem } from '../config/mod.ts';

/** A line of the old configuration. */
export interface Origin {
  /** As it was named on the command line, or below the folder that was. */
  readonly file: string;
  /** From 1; absent: the file as a whole. */
  readonly line?: number;
}

/** Something of the old configuration that an administrator must be told of. */
export interface Remark {
  /** The setting, as short as it can be recognized: `RelayAllowList "10.0.9.9;255.255.255.0"`. */
  readonly what: string;
  readonly where: Origin;
  /** One or more whole sentences. */
  readonly why: string;
  /** What to do about it; one or more whole sentences. */
  readonly remedy?: string;
}

export interface Imported {
  /** A whole configuration of Postern, with comments that say where each line came from. */
  readonly yaml: string;
  /** What the old server did and the new configuration does not. Empty: everything was carried over. */
  readonly notCarried: readonly Remark[];
  /** What was carried over and is worth a look: a hole that is closed now, a step that is left to do. */
  readonly notes: readonly Remark[];
}

/** The old configuration cannot be read; at least one problem, each with its file, line and column. */
export interface Unreadable {
  readonly problems: readonly [ConfigProblem, ...ConfigProblem[]];
}

export type Importing = Imported | Unreadable;

/** `main.cf:12`, `config/me`. */
export function formatOrigin({ file, line }: Origin): string {
  return line === undefined ? file : `${file}:${line}`;
}
