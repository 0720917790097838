/** master.cf: the services, of which those that run smtpd matter here. */
import type { ConfigProblem } from '../../config/mod.ts';
import { logicalLines, splitList, unbraced } from './lines.ts';
import { parseAssignment } from './mainCf.ts';

export interface Service {
  /** `smtp`, `587`, `127.0.0.1:10025`, `[::1]:smtp`. */
  readonly name: string;
  readonly type: string;
  /** `smtpd`, `postscreen`, … */
  readonly command: string;
  /** -o name=value; the last wins. */
  readonly overrides: ReadonlyMap<string, string>;
  /** From 1. */
  readonly line: number;
}

export interface MasterCf {
  readonly services: readonly Service[];
  readonly problems: readonly ConfigProblem[];
}

/** name, type, private, unprivileged, chroot, wakeup, maxproc, command. */
const FIELDS = 8;

/** `file` is what places call it. */
export function parseMasterCf(text: string, file: string): MasterCf {
  const services: Service[] = [];
  const problems: ConfigProblem[] = [];
  for (const { text: content, line } of logicalLines(text)) {
    const fields = splitFields(content);
    const [name = '', type = ''] = fields;
    const command = fields[FIELDS - 1];
    if (command === undefined) {
      problems.push({
        place: { file, line, column: 1 },
        message: `${JSON.stringify(content.slice(0, 60))} is not a service`,
        remedy: `A service has ${FIELDS} fields: name, type, private, unprivileged, chroot, wakeup, maxproc and command.`,
      });
      continue;
    }
    services.push({ name, type, command, overrides: overridesOf(fields.slice(FIELDS)), line });
  }
  return { services, problems };
}

/** Fields are apart by blanks alone: a comma is part of a value. */
function splitFields(text: string): readonly string[] {
  const fields: string[] = [];
  // A comma that does not divide is put away for the time of the split.
  for (const field of splitList(text.replaceAll(',', '\u0000'))) fields.push(field.replaceAll('\u0000', ','));
  return fields;
}

function overridesOf(args: readonly string[]): ReadonlyMap<string, string> {
  const overrides = new Map<string, string>();
  for (const [index, argument] of args.entries()) {
    const text = argument === '-o' ? args[index + 1] : /^-o(.+)$/s.exec(argument)?.[1];
    const assignment = text === undefined ? undefined : parseAssignment(unbraced(text));
    if (assignment !== undefined) overrides.set(assignment.name, assignment.value);
  }
  return overrides;
}
