/** Makes docs/findings.md from the table of findings. */
import { findingRules } from './findings/catalogue.ts';
import type { FindingCode, FindingRule } from './findings/catalogue.ts';
import type { Severity } from './types.ts';

const HEAD = `# Findings

<!-- Made from src/check/findings/catalogue.ts by npm run docs; do not edit. -->

What \`postern check\` finds in a configuration that is valid, beside the proof. The same is looked for at every start and reload. A finding
has a code that does not change, a place in the file, and what to do about it. One for which \`iUnderstand\` was written is shown as
acknowledged and not logged.`;

const SEVERITIES: Record<Severity, string> = {
  error:
    'The configuration is not put in force: Postern does not start with it, and a reload changes nothing. `postern check` exits 1.',
  warning: 'The configuration is put in force, and every start and reload logs `configuration.warned`.',
  note: 'Worth knowing; only `postern check` shows it.',
};

export function findingsReference(): string {
  const sections = (['error', 'warning', 'note'] as const).map((severity) =>
    [
      `## ${severity.charAt(0).toUpperCase()}${severity.slice(1)}s`,
      '',
      SEVERITIES[severity],
      '',
      '| code | what it means |',
      '|---|---|',
      ...findingRules()
        .filter(([, rule]) => rule.severity === severity)
        .map(rowOf),
    ].join('\n'),
  );
  return `${[HEAD, ...sections].join('\n\n')}\n\nFindings marked "this host" depend on the machine; \`postern check --elsewhere\` leaves them out.\n`;
}

function rowOf([code, { meaning, host }]: readonly [FindingCode, FindingRule]): string {
  return `| \`${code}\` | ${meaning}${host === true ? ' (this host)' : ''} |`;
}
