/** The messages in memory: bounded in number and in octets. Everything here is in the spool, too. */
import type { Body, Envelope, SpooledMessage, SpoolId } from '../spool/mod.ts';
import type { ActiveLimits } from './types.ts';

/**
 * `active`: its jobs may start. `held`: its jobs are dropped when their turn comes. `removed`: the same, and it stays here
 * until the spool has forgotten it.
 */
export type ActiveState = 'active' | 'held' | 'removed';

export interface ActiveMessage {
  readonly id: SpoolId;
  readonly envelope: Envelope;
  readonly size: number;
  /** How many recipients it counts for. */
  readonly weight: number;
  state: ActiveState;
  /** Undefined when it has to be read before an attempt. */
  body: Body | undefined;
  /** What keeps it here: jobs that wait, are in flight or are being recorded, and an administrator's removal. */
  uses: number;
  /** Attempts in flight and changes being recorded. */
  inFlight: number;
  /** When a recipient that is not being tried is due, milliseconds since the epoch. */
  nextDue: number;
  /** Called when nothing is in flight any more. */
  landed: (() => void) | undefined;
  /** The removal that has been asked for. */
  removal: Promise<boolean> | undefined;
}

export interface ActiveSet {
  readonly messages: number;
  readonly bytes: number;
  /** How many more recipients there is room for. */
  readonly room: number;
  get(id: SpoolId): ActiveMessage | undefined;
  ids(): Iterable<SpoolId>;
  enter(message: SpooledMessage): ActiveMessage;
  /** Keeps the body in memory if there is room for it. */
  keep(message: ActiveMessage, body: Body): void;
  leave(message: ActiveMessage): void;
  resize(limits: ActiveLimits): void;
}

export function createActiveSet(initial: ActiveLimits): ActiveSet {
  let limits = initial;
  const messages = new Map<SpoolId, ActiveMessage>();
  let weight = 0;
  let bytes = 0;
  return {
    get messages() {
      return messages.size;
    },
    get bytes() {
      return bytes;
    },
    get room() {
      return Math.max(limits.messages - weight, 0);
    },
    get: (id) => messages.get(id),
    ids: () => messages.keys(),
    enter({ id, envelope, size, recipients }) {
      const message: ActiveMessage = {
        id,
        envelope,
        size,
        weight: recipients.length,
        state: 'active',
        body: undefined,
        uses: 0,
        inFlight: 0,
        nextDue: Infinity,
        landed: undefined,
        removal: undefined,
      };
      messages.set(id, message);
      weight += message.weight;
      return message;
    },
    keep(message, body) {
      if (message.body !== undefined) return;
      const octets = octetsOf(body);
      if (bytes + octets > limits.bytes) return;
      message.body = body;
      bytes += octets;
    },
    leave(message) {
      if (messages.get(message.id) !== message) throw new Error(`${message.id} is not in the active set`);
      messages.delete(message.id);
      weight -= message.weight;
      if (message.body !== undefined) bytes -= octetsOf(message.body);
      message.body = undefined;
    },
    resize(changed) {
      limits = changed;
    },
  };
}

/** Octets in memory: none for a file. */
function octetsOf(body: Body): number {
  return body.kind === 'memory' ? body.bytes.length : 0;
}
