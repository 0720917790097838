/** The report of `postern audit` as JSON. */
import type { AuditReport, Result, Verdict } from '../../audit/mod.ts';
import type { Subject } from './run.ts';

const SCHEMA = 'postern.audit/1';

export function auditJson(report: AuditReport, subject: Subject) {
  const { names, control, account } = report;
  return {
    schema: SCHEMA,
    verdict: report.verdict,
    server: {
      target: subject.target,
      address: subject.address,
      otherAddresses: subject.others,
      banner: report.banner,
      name: names?.host ?? null,
      domain: names?.domain ?? null,
      domainGuessed: report.domainGuessed,
    },
    from: subject.from ?? null,
    outside: names?.outside ?? null,
    judgedBy: report.judgedBy,
    ways: report.ways,
    control: control ?? null,
    halted: report.halted ?? null,
    counts: countVerdicts(report.results),
    results: report.results.map(resultJson),
    notTried: report.skipped,
    account: account === undefined ? null : { ...account, results: account.results.map(resultJson) },
  };
}

export function countVerdicts(results: readonly Result[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { relays: 0, accepts: 0, refuses: 0, cannotTell: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

function resultJson({ probe, way, verdict, reason, dialogue }: Result) {
  return {
    probe: probe.id,
    family: probe.family,
    title: probe.title,
    shows: probe.shows,
    source: probe.source,
    way,
    verdict,
    reason,
    // Of what was refused, the reason says it all.
    ...(verdict === 'refuses' ? {} : { dialogue }),
  };
}
