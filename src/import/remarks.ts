/** What an importer has to tell, collected while it reads. */
import type { Remark } from './types.ts';

export class Remarks {
  readonly notCarried: Remark[] = [];
  readonly notes: Remark[] = [];

  /** The old server did it, the new configuration does not. */
  left(remark: Remark): void {
    this.notCarried.push(remark);
  }

  /** Carried over, and worth a look. */
  note(remark: Remark): void {
    this.notes.push(remark);
  }
}
