/** The text of whatever was thrown, for an event, a message to an administrator, or another process. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
