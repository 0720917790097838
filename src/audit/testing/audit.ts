/** An audit of a server on this machine, with the names and limits of the tests. */
import { AUDIT_LIMITS, runAudit } from '../run.ts';
import type { AuditLimits, AuditReport, AuditRequest, AuditSystem } from '../run.ts';
import type { Result, Verdict } from '../types.ts';
import { DOMAIN } from './brokenServer.ts';

export interface Trial extends Partial<Omit<AuditRequest, 'destination' | 'limits' | 'given'>> {
  readonly port: number;
  readonly from?: string;
  readonly inbound?: string;
  readonly domain?: string;
  readonly implicitTls?: boolean;
  readonly limits?: Partial<AuditLimits>;
  readonly system?: Partial<AuditSystem>;
}

export async function auditOf(trial: Trial): Promise<AuditReport> {
  const {
    port,
    from,
    inbound,
    domain = DOMAIN,
    implicitTls = false,
    limits = {},
    system = {},
    ...request
  } = trial;
  return runAudit(
    {
      sinkWaitMs: 3000,
      ...request,
      destination: { address: '127.0.0.1', port, name: 'localhost', from, implicitTls },
      given: {
        domain,
        inbound,
        outside: 'victim@outside.test',
        sender: 'prober@sender.test',
        helo: 'prober.test',
      },
      // Short pauses: what is tested is that they end.
      limits: { ...AUDIT_LIMITS, pauseMs: 1, ...limits },
    },
    {
      clock: { now: () => Date.now() },
      signal: new AbortController().signal,
      run: '0123456789abcdef',
      ...system,
    },
  );
}

/** The probes with this verdict, without repetition, in order. */
export function probesThat(verdict: Verdict, results: readonly Result[]): readonly string[] {
  return [
    ...new Set(results.filter((result) => result.verdict === verdict).map(({ probe }) => probe.id)),
  ].sort();
}

/** The ways in which a probe had this verdict. */
export function waysThat(verdict: Verdict, results: readonly Result[]): readonly string[] {
  return [...new Set(results.filter((result) => result.verdict === verdict).map(({ way }) => way))].sort();
}
