/** From the session to the spool and on to the schedule: a message is answered when it is on the disk, then tried at once. */
import type { Intake, IncomingMessage } from '../session/mod.ts';
import type { Scheduler } from '../schedule/mod.ts';
import {
  freshlySpooled,
  parseSpoolId,
  SpoolError,
  type NewMessage,
  type Spool,
  type SpoolId,
} from '../spool/mod.ts';

export interface IntakeOptions {
  readonly spool: Spool;
  readonly scheduler: Pick<Scheduler, 'offer'>;
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
      scheduler.offer(freshlySpooled(message), message.body);
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

function newMessage(id: SpoolId, { quarantine, recipients, body, ...said }: IncomingMessage): NewMessage {
  const { sender, eightBit, binary, smtpUtf8, requireTls, ret, envelopeId } = said;
  const { deliverBy, holdUntil, receivedAt, origin } = said;
  return {
    id,
    envelope: {
      sender,
      eightBit,
      binary,
      smtpUtf8,
      requireTls,
      ret,
      envelopeId,
      deliverBy,
      holdUntil,
      receivedAt,
      origin,
    },
    recipients,
    quarantine: quarantine === undefined ? undefined : `quarantined: ${quarantine}`,
    body,
  };
}
