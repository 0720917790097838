import type { SpoolErrorCode } from './types.ts';

/**
 * What the spool rejects with when mail cannot be made durable. No caller may go on as if it had worked.
 *
 * - `full`: no room now; nothing of the rejected call was kept. Recovers by itself.
 * - `failed`: the disk or the database cannot be trusted any more; the process has to reopen the spool.
 * - `closed`: the spool was disposed before the call.
 */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';
  readonly code: SpoolErrorCode;

  constructor(code: SpoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The text of whatever was thrown, for an event or a message that crosses a thread. */
export function causeText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
