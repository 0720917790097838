/** Telling senders what became of their mail: delivery status notifications and delay warnings. */
export { composeNotification, type Composed } from './compose.ts';
export { createNotifier, type Notice, type Notification, type NotifierOptions } from './notifier.ts';
export type { Report, ReportedRecipient, ReportKind } from './types.ts';
