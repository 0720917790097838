/** What the event loop and the spool's thread say to each other. Everything here survives a structured clone. */
import type {
  AskedOfMessage,
  AskedOfRecipient,
  NewRecipient,
  QueueFilter,
  SpoolChange,
  SpoolId,
  SpooledMessage,
  SpoolStats,
  Waiting,
  WaitingFilter,
} from '../types.ts';

/** What the thread is started with. */
export type StoreTask =
  | {
      readonly task: 'serve';
      readonly folder: string;
      readonly name: string;
      readonly maxBytes: number | undefined;
      /** Milliseconds. */
      readonly lockWait?: number | undefined;
    }
  | {
      readonly task: 'adopt';
      readonly folder: string;
      readonly name: string;
      readonly live: readonly string[];
    };

/** A new message; its content lies in the buffer that comes with the batch, or in its file. */
export interface WireAppend {
  readonly kind: 'append';
  readonly id: SpoolId;
  readonly sender: string;
  readonly eightBit: boolean;
  readonly receivedAt: number;
  readonly client: string;
  readonly listener: string;
  readonly account: string | null;
  readonly helo: string;
  readonly size: number;
  /** Where the content begins in the buffer; undefined when it is in a file. */
  readonly at: number | undefined;
  readonly recipients: readonly Pick<NewRecipient, 'address' | 'original' | 'by'>[];
  /** Undefined as a rule, when no extension was used: cloning and binding so much nothing would cost a third of the time. */
  readonly asked: WireAsked | undefined;
}

export interface WireAsked {
  readonly envelope: AskedOfMessage;
  /** One for each recipient. */
  readonly recipients: readonly AskedOfRecipient[];
  readonly quarantine: string | undefined;
}

export type WireChange = WireAppend | Exclude<SpoolChange, { kind: 'append' }>;

/** The changes of one `commit()`: all or nothing. */
export type WireCall = readonly WireChange[];

/** `except` is a JSON list of ids. */
export type Query =
  | { readonly kind: 'due'; readonly now: number; readonly limit: number; readonly except: string }
  | { readonly kind: 'nextDue'; readonly except: string }
  | { readonly kind: 'get'; readonly id: SpoolId }
  | { readonly kind: 'body'; readonly id: SpoolId }
  | { readonly kind: 'list'; readonly filter: QueueFilter }
  | { readonly kind: 'waiting'; readonly filter: WaitingFilter }
  | { readonly kind: 'stats' }
  /** How much room there is; also gives room back to the file system when much of the file is unused. */
  | { readonly kind: 'space' };

export type WireBody =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'file'; readonly size: number };

export type Answer =
  | { readonly kind: 'messages'; readonly messages: readonly SpooledMessage[] }
  | { readonly kind: 'waiting'; readonly waiting: Waiting }
  | { readonly kind: 'moment'; readonly at: number | undefined }
  | { readonly kind: 'body'; readonly body: WireBody | undefined }
  | { readonly kind: 'stats'; readonly stats: SpoolStats }
  | { readonly kind: 'space'; readonly available: number };

export type Request =
  | { readonly kind: 'commit'; readonly calls: readonly WireCall[]; readonly contents: ArrayBuffer }
  | { readonly kind: 'ask'; readonly number: number; readonly query: Query }
  | { readonly kind: 'close' };

/** A call that was not done, while the others of its batch were. */
export interface Rejection {
  /** Its place in the batch. */
  readonly call: number;
  /** `invalid`: the changes themselves cannot be done, e.g. an id that exists; a bug of the caller. */
  readonly code: 'full' | 'invalid';
  readonly cause: string;
}

export type Reply =
  | {
      readonly kind: 'opened';
      readonly stats: SpoolStats;
      readonly available: number;
      readonly strayFiles: number;
      readonly missing: readonly SpoolId[];
    }
  /** The batch is on the disk, but for the calls rejected. The buffer comes back to be used again. */
  | { readonly kind: 'committed'; readonly rejected: readonly Rejection[]; readonly contents: ArrayBuffer }
  | { readonly kind: 'answer'; readonly number: number; readonly answer: Answer }
  /** The question itself was at fault. */
  | { readonly kind: 'refused'; readonly number: number; readonly cause: string }
  | { readonly kind: 'bodyLeft'; readonly id: SpoolId; readonly cause: string }
  | { readonly kind: 'adopted'; readonly spools: readonly Adoption[] }
  /** The last message of a thread that cannot go on. */
  | { readonly kind: 'failed'; readonly full: boolean; readonly cause: string }
  | { readonly kind: 'closed' };

/** What became of the spool of a worker that no longer exists. */
export interface Adoption {
  readonly from: string;
  /** How many messages were moved. */
  readonly messages: number;
  /** Why it could not be emptied; undefined when it is empty now. */
  readonly problem: string | undefined;
}
