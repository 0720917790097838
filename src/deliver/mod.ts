/** Trying deliveries: a courier for each kind of target, and one that knows which is for which. */
export * from './types.ts';
export type { DeliverEvents, PassedOver } from './events.ts';
export { createLmtpCourier, type LmtpCourierOptions } from './lmtpCourier.ts';
export { createSmtpCourier, type SmtpCourierOptions } from './smtpCourier.ts';
export { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts';
