/** How much an event matters. `warn`: somebody should look soon; `error`: something does not work now. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** The levels from the most talkative to the quietest. */
export const LEVELS: readonly [Level, ...Level[]] = ['debug', 'info', 'warn', 'error'];

/** Whether an event of `level` is written when `threshold` is configured. */
export function isWritten(level: Level, threshold: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
}
