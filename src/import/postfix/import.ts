/**
 * Postfix, read from the folder that holds its main.cf.
 *
 * Never relays more than Postfix did, in terms of client, signing in and recipient: see `evaluate.ts` for the
 * restrictions and `grants.ts` for what becomes of them. Reads files and changes nothing; what cannot be read is a
 * problem with its place.
 */
import { hostname as systemHostname } from 'node:os';
import { join } from 'node:path';
import type { ConfigProblem } from '../../config/mod.ts';
import { Remarks } from '../remarks.ts';
import type { Importing, Origin, Remark } from '../types.ts';
import { compose } from './compose.ts';
import { openFolder, readText } from './files.ts';
import { parseMainCf } from './mainCf.ts';
import type { MainCf } from './mainCf.ts';
import { parseMasterCf } from './masterCf.ts';
import type { MasterCf } from './masterCf.ts';
import { parseInterface } from './ownNetworks.ts';
import { MAIN, MASTER, createSettings } from './settings.ts';

export interface PostfixSurroundings {
  /** Addresses of that server with their networks, `192.0.2.5/24`. */
  readonly interfaces: readonly string[];
  /** What that server is called, for a main.cf without myhostname; this machine's name when absent. */
  readonly hostname?: string;
}

export function importPostfix(
  folder: string,
  { interfaces, hostname = systemHostname() }: PostfixSurroundings,
): Importing {
  const files = readFiles(folder);
  if ('problem' in files) return { problems: [files.problem] };
  const { main, master } = files;
  const own = interfaces.map((text) => parseInterface(text) ?? text);
  const wrong = own.find((each) => typeof each === 'string');
  const mistakes = [
    ...main.problems,
    ...master.problems,
    ...(wrong === undefined ? [] : [badInterface(wrong)]),
  ];
  const [first, ...others] = mistakes;
  if (first !== undefined) return { problems: [first, ...others] };
  const settings = createSettings(main, { folder, hostname });
  const remarks = new Remarks();
  const once = new Set<string>();
  const imported = compose({
    settings,
    main,
    services: master.services,
    files: openFolder(folder, { configDirectory: settings.get('config_directory').text }),
    interfaces: own.filter((each) => typeof each !== 'string'),
    tell: (remark) => {
      if (isFirst(remark, once)) remarks.left(remark);
    },
    note: (remark) => {
      if (isFirst(remark, once)) remarks.note(remark);
    },
    folder,
  });
  const [problem, ...more] = settings.problems;
  if (problem !== undefined) return { problems: [problem, ...more] };
  return {
    yaml: imported.yaml,
    notCarried: inOrder(remarks.notCarried.map(imported.explain)),
    notes: inOrder(remarks.notes),
  };
}

function readFiles(
  folder: string,
): { readonly main: MainCf; readonly master: MasterCf } | { readonly problem: ConfigProblem } {
  const mainFile = join(folder, MAIN);
  const masterFile = join(folder, MASTER);
  const main = readText(mainFile);
  if ('problem' in main) return { problem: unreadable(mainFile, main.problem) };
  const master = readText(masterFile);
  if ('problem' in master) return { problem: unreadable(masterFile, master.problem) };
  return { main: parseMainCf(main.text, mainFile), master: parseMasterCf(master.text, masterFile) };
}

function unreadable(file: string, message: string): ConfigProblem {
  return {
    place: { file, line: 1, column: 1 },
    message,
    remedy: 'Name the folder that holds main.cf and master.cf, such as /etc/postfix.',
  };
}

function badInterface(text: string): ConfigProblem {
  const place = { file: '--interface', line: 1, column: 1 };
  return {
    place,
    message: `${JSON.stringify(text)} is not an address with its network`,
    remedy: 'Write it such as 192.0.2.5/24.',
  };
}

/** The same remark comes from each service, and from judging those who have signed in and those who have not. */
function isFirst({ what, where, why }: Remark, once: Set<string>): boolean {
  const key = JSON.stringify([what, where.file, where.line, why]);
  return !once.has(key) && Boolean(once.add(key));
}

/** By file and line. */
function inOrder(remarks: readonly Remark[]): readonly Remark[] {
  const rank = ({ file }: Origin): number => [MAIN, MASTER].indexOf(file) & 3;
  return remarks.toSorted(
    ({ where: one }, { where: other }) =>
      rank(one) - rank(other) || one.file.localeCompare(other.file) || (one.line ?? 0) - (other.line ?? 0),
  );
}
