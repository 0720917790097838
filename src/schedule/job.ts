/** One attempt to be: recipients of an active message that go to the same place. */
import type { SpooledRecipient } from '../spool/mod.ts';
import type { ActiveMessage } from './active.ts';
import type { Planned } from './plan.ts';
import type { Group } from './target.ts';

export interface Job extends Planned, Group<SpooledRecipient> {
  readonly destination: string;
  readonly message: ActiveMessage;
  /** Under which configuration it was routed; an older one is routed anew before it starts. */
  readonly generation: number;
}
