/** From the session to the spool and on to the schedule: a message is answered when it is on the disk, then tried at once. */
import type { Intake, IncomingMessage } from '../session/mod.ts';
import type { Scheduler } from '../schedule/mod.ts';
import {
  parseSpoolId,
  SpoolError,
  type NewMessage,
  type Spool,
  type SpooledMessage,
  type SpoolId,
} from '../spool/mod.ts';

export interface IntakeOptions {
  readonly spool: Spool;
  readonly scheduler: Scheduler;
  /** Octets of content that are kept in the database rather than in a file of their own. */
  readonly inlineLimit: number;
}

export function createIntake({ spool, scheduler, inlineLimit }: IntakeOptions): Intake {
  return {
    inlineLimit,
    accepts: () => spool.accepts(),
    newId: () => spool.newId(),
    openBody: (id) => spool.openBody(spoolId(id)),
    store: async (incoming) => {
      const message = newMessage(spoolId(incoming.id), incoming);
      try {
        await spool.commit([{ kind: 'append', message }]);
      } catch (error) {
        if (!(error instanceof SpoolError)) throw error;
        return error.code === 'full' ? 'full' : 'failed';
      }
      scheduler.offer(spooled(message), message.body);
      return 'stored';
    },
  };
}

/** A session hands back the name that `newId()` gave it. */
function spoolId(id: string): SpoolId {
  const parsed = parseSpoolId(id);
  if (parsed === undefined) throw new Error(`not the name of a message: ${id}`);
  return parsed;
}

function newMessage(
  id: SpoolId,
  { sender, eightBit, receivedAt, origin, recipients, body }: IncomingMessage,
): NewMessage {
  return { id, envelope: { sender, eightBit, receivedAt, origin }, recipients, body };
}

/** What the spool now holds. */
function spooled({ id, envelope, recipients, body }: NewMessage): SpooledMessage {
  return {
    id,
    envelope,
    size: body.kind === 'memory' ? body.bytes.length : body.size,
    recipients: recipients.map(({ address, original, by }, index) => ({
      index,
      address,
      original,
      by,
      attempts: 0,
      nextAttempt: envelope.receivedAt,
      held: false,
      warned: false,
      lastReply: '',
    })),
  };
}
