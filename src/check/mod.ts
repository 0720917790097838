/**
 * What must be so before a configuration comes into force, and what changes when it does: policy tests, proof, findings, difference.
 * Pure but for `readHostFacts()`.
 */
export { changesBetween, countChanges, describeChanges, isSame, summariseChanges } from './changes.ts';
export type { Changes, DescribedChanges } from './changes.ts';
export { examine, isUndecided, refusalsOf, verdictOf } from './examine.ts';
export type { ExamineOptions, Verdict } from './examine.ts';
export type { FindingCode } from './findings/catalogue.ts';
export { readHostFacts } from './host.ts';
export type { HostSources } from './host.ts';
export { describeExample, describeOpening, describeParts, openingRemedy, placeOf } from './openings.ts';
export { describePosture, postureLine } from './posture.ts';
export { findingsReference } from './reference.ts';
export { describeSetting } from './settings.ts';
export type { SettingChange } from './settings.ts';
export { isEverything } from './statements.ts';
export type { Statement } from './statements.ts';
export type { Examination, Finding, HostFacts, HostInterface, Severity } from './types.ts';
export { formatLimits, REACH_COLUMNS, whoCanRelay } from './whoCanRelay.ts';
export type { ReachRow } from './whoCanRelay.ts';
