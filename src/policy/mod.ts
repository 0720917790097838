/** The relay policy: who may send mail through this server, to whom, and why. Pure: no clock, no I/O, no state. */
export * from './types.ts';
export { compilePolicy, neverRuleFor } from './compile.ts';
export type { NeverRule, Policy } from './compile.ts';
export { decide, grantFor } from './decide.ts';
export { explain, formatExplanation } from './explain.ts';
export type { Explanation } from './explain.ts';
export { describeLimit, formatRate } from './limits.ts';
export { destinationFor, locate } from './locate.ts';
export type { Location } from './locate.ts';
export { runPolicyTests, unnamedLocalAddress } from './policy-tests.ts';
export type { Expectation, PolicyTest, PolicyTestResult } from './policy-tests.ts';
export { formatReplyCode, replyFor } from './reply.ts';
export type { DecisionReply } from './reply.ts';
export type { FinalRoute, RewriteRoute, Route } from './route-table.ts';
export type { Step } from './steps.ts';
export { validatePolicy } from './validate.ts';
export type { PolicyProblem } from './validate.ts';
export { formatPlace, formatRange, formatRule, ruleName } from './words.ts';
