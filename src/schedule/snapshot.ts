/** How things stand, for `postern status`. Pure. */
import type { ActiveSet } from './active.ts';
import type { Health, Rest } from './health.ts';
import type { Job } from './job.ts';
import type { LaneState, Plan } from './plan.ts';
import type { DestinationSnapshot, ScheduleSnapshot, SchedulerState } from './types.ts';

export interface Standing {
  readonly state: SchedulerState;
  readonly active: ActiveSet;
  readonly plan: Plan<Job>;
  readonly health: Health;
}

/** `most` destinations are listed: the busiest, then those that cannot be reached. */
export function takeSnapshot({ state, active, plan, health }: Standing, most: number): ScheduleSnapshot {
  const destinations = [...plan.lanes()]
    .sort((a, b) => b.ready + b.inFlight - (a.ready + a.inFlight))
    .slice(0, most)
    .map((lane) => describeLane(lane, health.rest(lane.destination)));
  for (const [destination, rest] of health.entries()) {
    if (destinations.length >= most) break;
    if (plan.lane(destination) === undefined) {
      destinations.push(describeLane({ destination, ready: 0, inFlight: 0 }, rest));
    }
  }
  return {
    state,
    messages: active.messages,
    bytes: active.bytes,
    ready: plan.ready,
    inFlight: plan.inFlight,
    unreachable: health.size,
    destinations,
  };
}

function describeLane(
  { destination, ready, inFlight }: Pick<LaneState, 'destination' | 'ready' | 'inFlight'>,
  rest: Rest | undefined,
): DestinationSnapshot {
  return { destination, ready, inFlight, restsUntil: rest?.until, failures: rest?.failures ?? 0 };
}
