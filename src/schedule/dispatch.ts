/** Finding a place for the due recipients of a message: ready in memory, or put off on the disk. */
import type { SpooledRecipient } from '../spool/mod.ts';
import type { ActiveMessage, ActiveSet } from './active.ts';
import type { Health, Rest } from './health.ts';
import type { Job } from './job.ts';
import { ourOwn } from './judge.ts';
import type { Lines } from './line.ts';
import type { Plan } from './plan.ts';
import type { Settling } from './settle.ts';
import { destinationOf, groupByTarget, type Group } from './target.ts';
import type { Settings } from './types.ts';

/** Jobs that wait in memory for the one attempt of a destination on probation. */
const READY_ON_PROBATION = 100;

export interface DispatchOptions {
  readonly active: ActiveSet;
  readonly plan: Plan<Job>;
  readonly health: Health;
  readonly lines: Lines;
  readonly settings: () => Settings;
  /** Grows with every reconfiguration. */
  readonly generation: () => number;
  /** Records outcomes in the background. */
  readonly settle: (settling: Settling) => void;
  /** Puts recipients off in the background, as they are. */
  readonly postpone: (message: ActiveMessage, recipients: readonly SpooledRecipient[], until: number) => void;
}

/** Gives each of these recipients of a message a place; all of them are due and none is held. */
export type Dispatch = (message: ActiveMessage, recipients: readonly SpooledRecipient[], now: number) => void;

export function createDispatch(options: DispatchOptions): Dispatch {
  const { active, plan, health, lines, settings, generation, settle, postpone } = options;

  function place(message: ActiveMessage, group: Group<SpooledRecipient>, now: number): void {
    const { destination, target, recipients } = group;
    const rest = health.rest(destination);
    if (rest !== undefined && now < rest.until) return settle(resting(message, group, rest));
    const lane = plan.lane(destination);
    // A destination may hold as much as there is room left, so one alone fills half of the active set, and however many
    // there are, there is always room for another.
    const share = rest === undefined ? active.room : Math.min(active.room, READY_ON_PROBATION);
    if (lane !== undefined && lane.ready > share) {
      return postpone(message, recipients, lines.place(destination, now, lane.finished));
    }
    message.uses += 1;
    plan.add({ destination, target, recipients, message, generation: generation() });
  }

  return (message, recipients, now) => {
    const { targetOf } = settings();
    const [first] = recipients;
    if (first !== undefined && recipients.length === 1) {
      const target = targetOf(first.address);
      if (!('unroutable' in target)) {
        return place(message, { destination: destinationOf(target), target, recipients: [first] }, now);
      }
    }
    const { groups, unroutable } = groupByTarget(recipients, targetOf);
    for (const group of groups) place(message, group, now);
    if (unroutable.length === 0) return;
    // Not a failure: the message was accepted when there was a route, and the next reload may bring it back.
    settle({
      message,
      destination: '',
      recipients: unroutable.map(({ recipient }) => recipient),
      outcomes: unroutable.map(({ recipient, reason }) =>
        ourOwn(recipient.index, '4.4.4', `no route: ${reason}`),
      ),
    });
  };
}

/** The destination's last outcome is that of everybody who waits for it. */
export function resting(
  message: ActiveMessage,
  { destination, recipients }: Pick<Group<SpooledRecipient>, 'destination' | 'recipients'>,
  rest: Rest,
): Settling {
  const outcomes = recipients.map(({ index }) => ({ ...rest.outcome, index }));
  return { message, destination, recipients, outcomes, waitUntil: rest.until };
}
