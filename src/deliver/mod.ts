/** Trying deliveries: a courier for each kind of target. */
export * from './types.ts';
export type { DeliverEvents, PassedOver } from './events.ts';
export { createLmtpCourier, type LmtpCourierOptions } from './lmtpCourier.ts';
export { createMaildirCourier, type MaildirCourierOptions } from './maildirCourier.ts';
export { createSmtpCourier, type SmtpCourierOptions } from './smtpCourier.ts';
export { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts';
