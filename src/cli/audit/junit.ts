/** The report of `postern audit` as JUnit XML, as build servers read it: a suite for each way, a case for each probe. */
import type { AuditReport, Result } from '../../audit/mod.ts';
import { formatDialogue } from './dialogue.ts';
import type { Subject } from './run.ts';

export function auditJunit(report: AuditReport, { target }: Subject): string {
  const ways = [...new Set(report.results.map(({ way }) => way))];
  const suites = ways.map((way) =>
    suite(
      `postern audit ${target} ${way}`,
      report.results.filter((result) => result.way === way),
    ),
  );
  const halted = ways.length > 0 ? [] : [unreached(target, report.halted ?? 'nothing was tried')];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="postern audit">\n${[...suites, ...halted].join('')}</testsuites>\n`;
}

/** No test is a test that cannot fail. */
function unreached(target: string, reason: string): string {
  return `  <testsuite name="${escape(`postern audit ${target}`)}" tests="1" failures="0" errors="1">\n    <testcase classname="contact" name="contact">\n      <error message="${escape(reason)}"/>\n    </testcase>\n  </testsuite>\n`;
}

function suite(name: string, results: readonly Result[]): string {
  const failures = results.filter(({ verdict }) => verdict === 'relays' || verdict === 'accepts').length;
  const errors = results.filter(({ verdict }) => verdict === 'cannotTell').length;
  const head = `  <testsuite name="${escape(name)}" tests="${results.length}" failures="${failures}" errors="${errors}">\n`;
  return `${head}${results.map(testCase).join('')}  </testsuite>\n`;
}

function testCase({ probe, way, verdict, reason, dialogue }: Result): string {
  const head = `    <testcase classname="${escape(`${way}.${probe.family}`)}" name="${escape(`${probe.id}: ${probe.title}`)}"`;
  if (verdict === 'refuses') return `${head}/>\n`;
  const element = verdict === 'cannotTell' ? 'error' : 'failure';
  const text = escape(formatDialogue(dialogue).join('\n'));
  return `${head}>\n      <${element} type="${verdict}" message="${escape(reason)}">${text}</${element}>\n    </testcase>\n`;
}

/** XML 1.0 section 2.2: no other character can be written, not even as a reference. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

function escape(text: string): string {
  return text
    .replaceAll(NOT_XML, '?')
    .replaceAll(/[&<>"\n\r\t]/g, (character) => ENTITIES[character] ?? character);
}
