/** The report of `postern check` for people: the verdict, who can relay, what was found, and what to do next. */
import {
  REACH_COLUMNS,
  describeExample,
  describeOpening,
  describeParts,
  describePosture,
  isUndecided,
  openingRemedy,
  whoCanRelay,
} from '../../check/mod.ts';
import type { Examination, Finding, Severity } from '../../check/mod.ts';
import type { Config } from '../../config/mod.ts';
import { formatExplanation } from '../../policy/mod.ts';
import type { Opening } from '../../proof/mod.ts';
import { printable } from '../printable.ts';
import { describeProblems } from '../problems.ts';
import { formatCount } from '../quantity.ts';
import type { Style } from '../style.ts';
import { formatTable } from '../table.ts';
import type { Checked } from './run.ts';

type Examined = Extract<Checked, { readonly examination: Examination }>;

export function describeChecked(checked: Checked, style: Style): string {
  if (checked.verdict === 'invalid') {
    return [
      `${style.bad('Not valid:')} ${formatCount(checked.problems.length, 'problem')} in ${checked.path}.`,
      describeProblems(checked.problems),
      NOT_PUT_IN_FORCE,
    ].join('\n');
  }
  return [
    ...headOf(checked, style),
    ...tableOf(checked.examination),
    ...findingsOf(checked.examination, style),
    '',
    whatWasLookedAt(checked),
    lastLine(checked),
  ].join('\n');
}

const NOT_PUT_IN_FORCE = 'Postern does not start with it, and a reload changes nothing.';

function headOf(checked: Examined, style: Style): readonly string[] {
  const { config, examination, accounts } = checked;
  const { tests, proof, findings } = examination;
  const failed = tests.filter((result) => !result.passed && !isUndecided(result));
  const undecided = tests.filter(isUndecided);
  const posture = describePosture(config, proof).join(' ');
  const messages = failed.map((result) => (result.passed ? '' : result.message));
  switch (checked.verdict) {
    case 'proved':
      return [`${style.good('Proved.')} ${posture}`];
    case 'notProved':
      return [...proof.openings.map((opening) => openingText(opening, style)), ...messages]
        .join('\n\n')
        .split('\n');
    case 'testsFailed':
      return [
        `${style.bad('Not as the tests say:')} ${failed.length} of ${formatCount(tests.length, 'policy test')} failed.`,
        ...messages,
        `The proof holds: ${lowered(posture)}`,
      ];
    case 'errors': {
      const errors = findings.filter(({ severity }) => severity === 'error');
      return [
        `${style.bad('Proved, but not fit for use:')} ${formatCount(errors.length, 'error')}, see below. ${posture}`,
      ];
    }
    case 'cannotTell':
      return [
        `${style.caution('Cannot tell')} for ${undecided.length} of ${formatCount(tests.length, 'policy test')}. ${accounts ?? ''}`.trimEnd(),
        ...undecided.map(
          ({ test }) =>
            `${test.name ?? test.recipient.address} (line ${test.place.line}) needs the accounts.`,
        ),
        `The proof holds: ${lowered(posture)}`,
      ];
    default:
      return checked.verdict satisfies never;
  }
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function openingText(opening: Opening, style: Style): string {
  const parts = describeParts(opening);
  return [
    `${style.bad('Not proved:')} ${describeOpening(opening)}. Example: ${describeExample(opening.example)}.${parts === '' ? '' : ` ${parts}`}`,
    '',
    formatExplanation(opening.example.explanation),
    openingRemedy(opening),
  ].join('\n');
}

/** Ranges, patterns and accounts in a cell, and grants in the table: more would not be read. */
const ITEMS = 2;
const ROWS = 50;

function tableOf({ proof }: Examination): readonly string[] {
  const all = whoCanRelay(proof, { items: ITEMS });
  if (all.length === 0 || !proof.rerouting) return [];
  // A column that says the same of every grant is left out.
  const columns = REACH_COLUMNS.filter(
    (column) => !EMPTY.has(column) || all.some((row) => row[column] !== EMPTY.get(column)),
  );
  const rows = all.slice(0, ROWS).map((row) => columns.map((column) => row[column]));
  const more = all.length - rows.length;
  return [
    '',
    'Who can relay:',
    formatTable(
      columns.map((column) => column.toUpperCase()),
      rows,
    ),
    ...(more > 0 ? [`and ${formatCount(more, 'grant')} more: postern check --plain`] : []),
  ];
}

/** What stands in a column when the grant says nothing. */
const EMPTY: ReadonlyMap<string, string> = new Map([
  ['senders', 'any'],
  ['recipients', 'any'],
  ['limit', ''],
  ['until', ''],
]);

function findingsOf({ findings, untold }: Examination, style: Style): readonly string[] {
  const lines = [
    ...findings.map((finding) => findingLine(finding, style)),
    ...untold.map((sentence) => printable(sentence)),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function findingLine(finding: Finding, style: Style): string {
  const { place, severity, code, message, remedy, acknowledged } = finding;
  const where = `${place.file}:${place.line}:${place.column}`;
  if (acknowledged) return printable(`${where}: acknowledged: ${message}. [${code}]`);
  return `${printable(where)}: ${style[COLOURS[severity]](severity)}: ${printable(`${message}. ${remedy} [${code}]`)}`;
}

const COLOURS: Record<Severity, keyof Style> = { error: 'bad', warning: 'caution', note: 'good' };

/** Says what was looked at, so that nobody takes it for more. */
function whatWasLookedAt({ config, examination }: Examined): string {
  const files = [
    ...(config.tls.files === undefined ? [] : ['certificate and key']),
    ...(usesPassword(config) ? ['password file'] : []),
  ];
  const { tests, proof } = examination;
  const parts = [
    'every value',
    ...files,
    ...(tests.length === 0 ? [] : [formatCount(tests.length, 'policy test')]),
    formatCount(proof.classes, 'class', 'classes'),
  ];
  return `Checked: ${parts.join(', ')}. Not checked: whether the addresses can be bound.`;
}

function usesPassword({ routing: { outbound } }: Config): boolean {
  return outbound.kind === 'smtp' && outbound.login !== undefined;
}

function lastLine({ verdict, path, examination: { tests, findings } }: Examined): string {
  const warnings = findings.filter(({ severity, acknowledged }) => severity === 'warning' && !acknowledged);
  switch (verdict) {
    case 'proved': {
      const passed = tests.length === 0 ? '' : `, ${allPassed(tests.length)}`;
      const warned = warnings.length === 0 ? '' : `, ${formatCount(warnings.length, 'warning')}`;
      return `Valid: ${path}${passed}${warned}. Put it in force with: postern reload (or start with: postern serve)`;
    }
    case 'notProved':
    case 'errors':
      return NOT_PUT_IN_FORCE;
    case 'testsFailed':
      return `Mend the rule or the test. ${NOT_PUT_IN_FORCE}`;
    case 'cannotTell':
      return 'Add accounts with: postern account add ADDRESS';
    default:
      return verdict satisfies never;
  }
}

function allPassed(number: number): string {
  return number === 1 ? 'its policy test passed' : `all ${formatCount(number, 'policy test')} passed`;
}
