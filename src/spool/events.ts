import type { SpoolId } from './types.ts';

/** What the spool reports. `name` is the spool's name, i.e. its worker's. */
export interface SpoolEvents {
  'spool.opened': {
    readonly name: string;
    readonly messages: number;
    readonly recipients: number;
    /** Octets of content. */
    readonly bytes: number;
    /** Body files removed because no message names them: leftovers of a crash. */
    readonly strayFiles: number;
  };
  /** New mail is refused from now on; once for each time it begins. */
  'spool.full': { readonly name: string; readonly available: number; readonly cause: string };
  'spool.recovered': { readonly name: string; readonly available: number };
  /** Nothing can be committed any more; once. The process has to restart. */
  'spool.failed': { readonly name: string; readonly cause: string };
  /** The messages of the spool `from`, whose worker no longer exists, were moved into `name`. */
  'spool.adopted': { readonly name: string; readonly from: string; readonly messages: number };
  /** The spool `from` could not be emptied; what was not moved stays in it. */
  'spool.adoptionFailed': {
    readonly name: string;
    readonly from: string;
    readonly messages: number;
    readonly cause: string;
  };
  /** A message names a body file that is not there: its content was lost outside of Postern. */
  'spool.bodyMissing': { readonly name: string; readonly id: SpoolId };
  /** The body file of a finished message could not be removed; the next start tries again. */
  'spool.bodyLeft': { readonly name: string; readonly id: SpoolId; readonly cause: string };
  'spool.closed': { readonly name: string };
}
