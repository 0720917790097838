/** The audit of a mail server: whether it relays for whom it should not, found out by trying. */
export * from './types.ts';
export { PROBES } from './probes/all.ts';
export {
  AUDIT_LIMITS,
  runAudit,
  type AuditLimits,
  type AuditReport,
  type AuditRequest,
  type AuditSystem,
} from './run.ts';
export type { AccountReport, Credentials } from './account.ts';
export type { Control, GivenNames } from './contact.ts';
export { openSink, type Arrival, type Sink, type SinkAddress } from './sink.ts';
export { locate, parseTarget, type Located, type LookUp, type Target } from './target.ts';
export { WAYS } from './ways.ts';
export type { Destination } from './wire.ts';
