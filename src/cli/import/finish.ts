/** The end of every import: the configuration, what is not in it, and the verdict on it. */
import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { CONFIG_LOCATIONS, parseConfig } from '../../config/mod.ts';
import type { ConfigReading } from '../../config/mod.ts';
import { formatOrigin } from '../../import/mod.ts';
import type { Imported, Importing, Remark } from '../../import/mod.ts';
import { fileError } from '../../std/mod.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { printable } from '../printable.ts';
import { describeProblems } from '../problems.ts';
import { formatCount } from '../quantity.ts';
import type { ImportOptions } from './options.ts';
import { verdictOn } from './verdict.ts';
import type { ImportVerdict } from './verdict.ts';

/**
 * Writes what was imported to stdout or to the new file of -o, and the rest to stderr. Exit code 0: everything was
 * carried over; 1: something was not; 2: the old configuration cannot be read, or the new one not be written.
 */
export async function finishImport(call: Call<ImportOptions>, importing: Importing): Promise<ExitCode> {
  const { out, options } = call;
  if ('problems' in importing) {
    if (options.json) out.json({ schema: 'postern.import/1', verdict: 'unreadable', ...importing });
    out.fail('nothing was imported');
    out.note(describeProblems(importing.problems));
    return EXIT.usage;
  }
  const path = pathOf(call);
  const failure = options.output === undefined ? undefined : await writeNew(path, importing.yaml);
  if (failure !== undefined) {
    out.fail(...failure);
    return EXIT.usage;
  }
  const reading = parseConfig(importing.yaml, path);
  const examined = 'config' in reading ? verdictOn(reading.config, call.io.clock.now()) : undefined;
  const fit = examined?.fit === true;
  if (options.json) out.json({ ...importJson(importing, reading), fit });
  else if (options.output === undefined) call.io.stdout.write(importing.yaml);
  tellRemarks(call, importing);
  tellVerdict(call, examined ?? reading, path);
  return importing.notCarried.length === 0 && fit ? EXIT.yes : EXIT.no;
}

/** The file that was asked for, else what the text will most likely be called. */
function pathOf({ io, options }: Call<ImportOptions>): string {
  const { output } = options;
  if (output === undefined) return CONFIG_LOCATIONS[0];
  return isAbsolute(output) ? output : join(relative(process.cwd(), io.cwd), output);
}

type Failure = readonly [error: string, remedy: string];

/** Never over a file that is there, since that may be the configuration in use. */
async function writeNew(path: string, text: string): Promise<Failure | undefined> {
  try {
    await using file = await open(path, 'wx', 0o644);
    await file.writeFile(text);
    return undefined;
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (exists)
      return [`${path} is there already, and is not overwritten`, 'Name another file with -o FILE.'];
    const noFolder = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = noFolder ? `there is no folder ${dirname(path)}` : fileError(error);
    return [`cannot write ${path}: ${why}`, 'Name a file that you may write with -o FILE.'];
  }
}

function tellRemarks({ out }: Call<ImportOptions>, { notCarried, notes }: Imported): void {
  if (notCarried.length > 0) {
    out.warn(`${formatCount(notCarried.length, 'setting')} not carried over:`);
    out.note(notCarried.map(describeRemark).join('\n'));
  }
  if (notes.length > 0) {
    out.warn('carried over, and worth a look:');
    out.note(notes.map(describeRemark).join('\n'));
  }
}

function describeRemark({ what, where, why, remedy }: Remark): string {
  const sentences = remedy === undefined ? why : `${why} ${remedy}`;
  return printable(`${formatOrigin(where)}: ${what}. ${sentences}`);
}

/** The last lines: what is proved, or what is wrong. */
function tellVerdict(
  { out, options }: Call<ImportOptions>,
  found: ImportVerdict | ConfigReading,
  path: string,
): void {
  if ('problems' in found) {
    out.fail(`the configuration has ${formatCount(found.problems.length, 'problem')}`);
    out.note(describeProblems(found.problems));
  } else if ('lines' in found) {
    const next = options.output === undefined ? '' : ` -c ${path}`;
    out.note([...found.lines, `Next: postern check${next}`].join('\n'));
  }
}

function importJson({ yaml, notCarried, notes }: Imported, reading: ConfigReading) {
  return {
    schema: 'postern.import/1',
    verdict: notCarried.length === 0 ? 'carried' : 'notAllCarried',
    yaml,
    notCarried,
    notes,
    problems: 'problems' in reading ? reading.problems : [],
  };
}
