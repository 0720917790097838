/**
 * Which of the ready jobs start now. Pure in the sense that matters here: no clock, no I/O, no randomness; the same calls in
 * the same order give the same jobs.
 *
 * Jobs wait in one lane per destination, and the lanes that may start something take turns, one job a turn. So ten thousand
 * jobs for a destination that answers slowly hold up their own lane and nobody else's. Adding, starting and finishing a job
 * cost the same however much is waiting: this runs for every message.
 */
import { createQueue, type Queue } from './queue.ts';

export interface PlanLimits {
  /** Jobs in flight over all destinations. */
  readonly total: number;
  /** Jobs in flight at one destination; asked at every turn, so that it may change at any time. */
  perDestination(destination: string): number;
}

export interface Planned {
  readonly destination: string;
}

/** What is known of one destination's jobs. */
export interface LaneState {
  readonly destination: string;
  readonly ready: number;
  readonly inFlight: number;
  /** Jobs finished since the lane appeared, and those of them that somebody answered; it disappears when it is idle. */
  readonly finished: number;
  readonly answered: number;
}

export interface Plan<Job extends Planned> {
  readonly ready: number;
  readonly inFlight: number;
  /** The job waits for its turn. */
  add(job: Job): void;
  /** The next job to start, now counted as in flight; undefined when nothing may start. */
  next(): Job | undefined;
  /** A job that `next()` gave has ended; a bug when there is none in flight. */
  finished(destination: string, answered: boolean): void;
  /** Takes all ready jobs of a destination out of the plan, oldest first. */
  take(destination: string): Job[];
  /** To be called after a limit has grown: lanes that were at it get their turns again. */
  refresh(limits: PlanLimits): void;
  lane(destination: string): LaneState | undefined;
  lanes(): Iterable<LaneState>;
}

interface Lane<Job> {
  readonly destination: string;
  readonly jobs: Queue<Job>;
  ready: number;
  inFlight: number;
  finished: number;
  answered: number;
  /** It stands in `turns`; never twice. */
  queued: boolean;
}

export function createPlan<Job extends Planned>(initial: PlanLimits): Plan<Job> {
  let limits = initial;
  const lanes = new Map<string, Lane<Job>>();
  const turns = createQueue<Lane<Job>>();
  let ready = 0;
  let inFlight = 0;

  function laneOf(destination: string): Lane<Job> {
    let lane = lanes.get(destination);
    if (lane === undefined) {
      lane = {
        destination,
        jobs: createQueue(),
        ready: 0,
        inFlight: 0,
        finished: 0,
        answered: 0,
        queued: false,
      };
      lanes.set(destination, lane);
    }
    return lane;
  }

  function mayStart(lane: Lane<Job>): boolean {
    return lane.ready > 0 && lane.inFlight < limits.perDestination(lane.destination);
  }

  function queueTurn(lane: Lane<Job>): void {
    if (lane.queued || !mayStart(lane)) return;
    lane.queued = true;
    turns.push(lane);
  }

  function forgetIfIdle(lane: Lane<Job>): void {
    // Destinations are named by strangers (the domain of a recipient): an idle one must not stay in memory.
    if (lane.ready === 0 && lane.inFlight === 0 && !lane.queued) lanes.delete(lane.destination);
  }

  return {
    get ready() {
      return ready;
    },
    get inFlight() {
      return inFlight;
    },
    add(job) {
      const lane = laneOf(job.destination);
      lane.jobs.push(job);
      lane.ready += 1;
      ready += 1;
      queueTurn(lane);
    },
    next() {
      while (inFlight < limits.total) {
        const lane = turns.shift();
        if (lane === undefined) return undefined;
        lane.queued = false;
        if (!mayStart(lane)) {
          // Its jobs were taken, or its limit has shrunk, since it was given this turn.
          forgetIfIdle(lane);
          continue;
        }
        const job = lane.jobs.shift();
        if (job === undefined) throw new Error(`plan: lane ${lane.destination} has lost a job`);
        lane.ready -= 1;
        lane.inFlight += 1;
        ready -= 1;
        inFlight += 1;
        queueTurn(lane);
        return job;
      }
      return undefined;
    },
    finished(destination, answered) {
      const lane = lanes.get(destination);
      if (lane === undefined || lane.inFlight === 0) {
        throw new Error(`plan: nothing is in flight at ${destination}`);
      }
      lane.inFlight -= 1;
      lane.finished += 1;
      if (answered) lane.answered += 1;
      inFlight -= 1;
      queueTurn(lane);
      forgetIfIdle(lane);
    },
    take(destination) {
      const lane = lanes.get(destination);
      if (lane === undefined) return [];
      ready -= lane.ready;
      lane.ready = 0;
      const jobs = lane.jobs.takeAll();
      forgetIfIdle(lane);
      return jobs;
    },
    refresh(changed) {
      limits = changed;
      for (const lane of lanes.values()) queueTurn(lane);
    },
    lane: (destination) => lanes.get(destination),
    lanes: () => lanes.values(),
  };
}
