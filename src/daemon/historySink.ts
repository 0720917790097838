/** Where the records of this worker's sessions go: nowhere, while no history is kept. */
import type { SessionHistory } from '../session/mod.ts';

export function historySink(): SessionHistory {
  return { decided: () => undefined, accepted: () => undefined };
}
