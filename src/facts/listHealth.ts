/** Which lists give no verdicts, told in bounds. */
import type { Clock, Emit } from '../std/mod.ts';
import type { FactsEvents } from './events.ts';
import type { Asked } from './list.ts';
import { createTelling, type Telling } from './telling.ts';

export interface ListHealth {
  note(zone: string, verdict: Asked): void;
}

/** Questions in a row without answer: one alone means little. An error code means something at once. */
const ENOUGH = 5;
const AGAIN_MS = 3_600_000;

/** `emit` is called for zones that are asked, so there are no more entries than lists were ever configured. */
export function createListHealth(clock: Clock, emit: Emit<FactsEvents>): ListHealth {
  const lists = new Map<string, { silent: number; readonly telling: Telling }>();
  return {
    note(zone, verdict) {
      if (verdict.kind === 'unfit') return; // Told where it was found out.
      const list = lists.get(zone) ?? { silent: 0, telling: createTelling(AGAIN_MS) };
      lists.set(zone, list);
      if (!('error' in verdict)) {
        list.silent = 0;
        return;
      }
      list.silent += 1;
      const lasting = verdict.kind === 'unknown' && verdict.lasting;
      if (!lasting && list.silent < ENOUGH) return;
      const times = list.telling.note(clock.now());
      if (times !== undefined) emit('facts.listFailed', { list: zone, error: verdict.error, times });
    },
  };
}
