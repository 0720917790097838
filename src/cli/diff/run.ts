/** Running `postern diff`. */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { changesBetween, describeChanges, describeSetting, isSame } from '../../check/mod.ts';
import type { Changes, Statement } from '../../check/mod.ts';
import { parseConfig } from '../../config/mod.ts';
import type { Config } from '../../config/mod.ts';
import { fileError } from '../../std/mod.ts';
import type { Call } from '../command.ts';
import { locateConfig } from '../configFile.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { markOf } from '../marks.ts';
import { printable } from '../printable.ts';
import { describeProblems } from '../problems.ts';
import { formatCount } from '../quantity.ts';
import type { Style } from '../style.ts';
import { exampleCommand } from './example.ts';
import { diffJson } from './json.ts';

export interface Options {
  readonly json?: true;
  readonly plain?: true;
}

interface Pair {
  readonly before: string;
  readonly after: string;
}

export async function runDiff(call: Call<Options>): Promise<ExitCode> {
  const { io, out, options } = call;
  const paths = await pathsOf(call);
  if (paths === undefined) return EXIT.usage;
  // As if both lay where the new one does: a copy of the old one elsewhere still means the same files.
  const folder = dirname(resolve(paths.after));
  const before = await read(paths.before, folder, call);
  const after = await read(paths.after, folder, call);
  if (before === undefined || after === undefined) return EXIT.usage;
  const now = io.clock.now();
  const changes = changesBetween(before, after, now);
  const about = { paths, now };
  if (options.json) out.json(diffJson(changes, about));
  else if (options.plain) out.plain(plainRows(changes, about));
  else out.answer(describeDiff(changes, about, out.style));
  return isSame(changes) ? EXIT.yes : EXIT.no;
}

/** The two files as places name them, or undefined after it was told what is wrong. */
async function pathsOf(call: Call<Options>): Promise<Pair | undefined> {
  const { args, configFile, out, io } = call;
  const [first = '', second] = args;
  const folder = relative(process.cwd(), io.cwd);
  const named = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  if (second === undefined) {
    const inUse = await locateConfig(call);
    return inUse === undefined ? undefined : { before: inUse, after: named(first) };
  }
  if (configFile === undefined) return { before: named(first), after: named(second) };
  out.fail('-c has no meaning beside two files', 'Leave it out, or name only the new file.');
  return undefined;
}

/** The files that a configuration names are not looked at: the old one's may be gone. */
async function read(path: string, folder: string, { out }: Call<Options>): Promise<Config | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    out.fail(
      `${path} cannot be read: ${fileError(error)}`,
      'Name two configuration files: the old one, then the new one.',
    );
    return undefined;
  }
  const reading = parseConfig(text, path, { folder });
  if ('config' in reading) return reading.config;
  out.fail(`${formatCount(reading.problems.length, 'problem')} in ${path}`);
  out.note(describeProblems(reading.problems));
  return undefined;
}

/** What a difference is told with. */
export interface About {
  readonly paths: Pair;
  readonly now: number;
}

function describeDiff(changes: Changes, about: About, style: Style): string {
  const { sentences, rest } = describeChanges(changes);
  const lines = sentences.flatMap(([head, text, statement]) => [
    `${markOf(statement.kind, style)} ${head} ${printable(text)}`,
    ...exampleOf(statement, about).map((command) => `    ${printable(command)}`),
  ]);
  const verdict = isSame(changes) ? 'No difference.' : 'No difference in any decision.';
  const none = sentences.every(([, , { change }]) => change === undefined);
  return [...(none ? [style.good(verdict)] : []), ...lines, ...rest.map(printable)].join('\n');
}

function exampleOf({ change }: Statement, about: About): readonly string[] {
  return change === undefined ? [] : [exampleCommand(change, about)];
}

function plainRows({ statements, settings }: Changes, about: About): readonly (readonly string[])[] {
  return [
    ...statements.map((statement) => [
      statement.kind,
      `${statement.head} ${statement.text}`,
      exampleOf(statement, about).join(''),
    ]),
    ...settings.map((setting) => ['setting', describeSetting(setting), '']),
  ];
}
