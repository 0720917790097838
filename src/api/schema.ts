/**
 * What travels over the control socket. Each schema is the type, the check of what comes in, and the form on the wire: moments are
 * milliseconds since the epoch in the program and ISO 8601 text in JSON. What a newer version adds is ignored by an older one.
 */
import { z } from 'zod';
import { parseSpoolId } from '../spool/mod.ts';
import type { SpoolId } from '../spool/mod.ts';

/** A moment: ISO 8601 in JSON, milliseconds since the epoch in the program. */
const moment = z.codec(z.iso.datetime(), z.number(), {
  decode: (text) => Date.parse(text),
  encode: (ms) => new Date(ms).toISOString(),
});

const count = z.int().min(0);

const place = z.object({ file: z.string(), line: count, column: count });

/** Something wrong in a configuration, as `loadConfig()` reports it. */
export const problem = z.object({ place, message: z.string(), remedy: z.string().optional() });
export type Problem = z.infer<typeof problem>;

/** How much a spool holds. */
export const queueTotals = z.object({
  messages: count,
  recipients: count,
  /** Recipients that are not tried until they are released. */
  held: count,
  /** Octets of content. */
  bytes: count,
  /** When the oldest message arrived; null when empty. */
  oldest: moment.nullable(),
});
export type QueueTotals = z.infer<typeof queueTotals>;

const worker = z.object({
  name: z.string(),
  /** null while there is no process. */
  pid: z.int().nullable(),
  state: z.enum(['starting', 'running', 'draining', 'restarting']),
  started: moment.nullable(),
  /** How often it was started again after it had ended by itself. */
  restarts: count,
  /** Open client connections. */
  sessions: count,
  /** Messages in memory. */
  active: count,
  /** Attempts at delivering that run now. */
  inFlight: count,
  /** null when the worker did not answer. */
  spool: queueTotals.nullable(),
});
export type WorkerStatus = z.infer<typeof worker>;

const listener = z.object({
  name: z.string(),
  purpose: z.enum(['transfer', 'submission', 'lmtp']),
  /** `address:port`, as bound. */
  addresses: z.array(z.string()),
  tls: z.enum(['starttls', 'implicit', 'none']),
  auth: z.enum(['required', 'optional', 'off']),
});
export type ListenerStatus = z.infer<typeof listener>;

const certificate = z.object({
  /** Made by Postern itself, because none is configured: peers cannot verify it. */
  selfSigned: z.boolean(),
  subject: z.string(),
  names: z.array(z.string()),
  notAfter: moment,
  /** SHA-256, hexadecimal with colons. */
  fingerprint: z.string(),
});
export type CertificateStatus = z.infer<typeof certificate>;

const lastReload = z.object({
  at: moment,
  ok: z.boolean(),
  /** One line: what changed, or why nothing did. */
  summary: z.string(),
});
export type LastReload = z.infer<typeof lastReload>;

/** A limit of a grant that is in use. */
const limitInUse = z.object({
  grant: z.string(),
  /** The account or client address; null when all of the grant are counted together. */
  whose: z.string().nullable(),
  limit: z.object({
    /** So many recipients in `periodMs` milliseconds. */
    recipients: count,
    periodMs: count,
    burst: count,
    per: z.enum(['grant', 'account', 'client']),
  }),
  /** Recipients, of `burst`. */
  used: count,
  /** When the next one is accepted; null: now. */
  until: moment.nullable(),
  /** When all of it is free again. */
  freeAt: moment,
});
export type LimitStatus = z.infer<typeof limitInUse>;

/** A client that relays by its address alone and looks like a gateway. */
const suspect = z.object({
  client: z.string(),
  /** The grant it held when it was suspected. */
  grant: z.string(),
  /** The default gateway of this host, an address of a container bridge, another address of this host, or many EHLO names. */
  reason: z.enum(['gateway', 'bridge', 'own', 'names']),
  /** Different EHLO names when it was suspected. */
  names: count,
  examples: z.array(z.string()),
  since: moment,
  lastSeen: moment,
});
export type SuspectStatus = z.infer<typeof suspect>;

/** A network whose logins or recipients fail, and that is slowed down for it. */
const guarded = z.object({
  /** An IPv4 address, or a /64. */
  network: z.string(),
  what: z.enum(['logins', 'recipients']),
  /** Those that still count. */
  failures: count,
  /** So many, and the next is not looked at. */
  most: count,
});
export type GuardedStatus = z.infer<typeof guarded>;

export const status = z.object({
  schema: z.literal('postern.status/1'),
  version: z.string(),
  pid: z.int(),
  state: z.enum(['starting', 'running', 'draining']),
  started: moment,
  uptimeSeconds: z.number().min(0),
  /** The configuration file that is in force. */
  configuration: z.string(),
  /** When the configuration in force was read. */
  configured: moment,
  data: z.string(),
  workers: z.array(worker),
  listeners: z.array(listener),
  certificate: certificate.nullable(),
  /** The sum over all workers that answered. */
  queue: queueTotals,
  /** null when there was none since the start. */
  lastReload: lastReload.nullable(),
  /** The fullest ten; empty when none is in use. */
  limits: z.array(limitInUse),
  gateways: z.object({
    /** Whether suspects are refused (`relay.suspectGateway`). */
    refused: z.boolean(),
    suspects: z.array(suspect),
  }),
  /** The five that come nearest to the limit of the guard, or are at it. */
  guarded: z.array(guarded),
});
export type Status = z.infer<typeof status>;

const reloadChange = z.object({
  kind: z.enum(['opens', 'closes', 'alters', 'limits', 'renames']),
  /** `Opens relaying for 10.0.9.0/24 (256 addresses, none public) to any recipient, by office (postern.yaml:27).` */
  text: z.string(),
});
export type ReloadChange = z.infer<typeof reloadChange>;

export const reload = z.discriminatedUnion('ok', [
  z.object({
    schema: z.literal('postern.reload/1'),
    ok: z.literal(true),
    summary: z.string(),
    /** What is decided otherwise than before, openings first. */
    changes: z.array(reloadChange),
    /** What else changes, or that nothing does. */
    rest: z.array(z.string()),
    /** What was found in the configuration beside, each with its place. */
    warnings: z.array(z.string()),
  }),
  /** Nothing was changed. */
  z.object({ schema: z.literal('postern.reload/1'), ok: z.literal(false), problems: z.array(problem) }),
]);
export type Reload = z.infer<typeof reload>;

const queuedRecipient = z.object({
  index: count,
  /** After rewriting. */
  address: z.string(),
  /** As the client gave it. */
  original: z.string(),
  /** The rule that let it in. */
  by: z.string(),
  attempts: count,
  /** Not tried until it is released. */
  held: z.boolean(),
  nextAttempt: moment,
  /** The last outcome in words; empty before the first attempt. */
  lastReply: z.string(),
});
export type QueuedRecipient = z.infer<typeof queuedRecipient>;

export const queuedMessage = z.object({
  id: z.string(),
  worker: z.string(),
  received: moment,
  /** When its sender wants it to be delivered; null: at once. */
  holdUntil: moment.nullable(),
  /** Octets of content. */
  size: count,
  /** Empty for the null reverse-path. */
  sender: z.string(),
  origin: z.object({
    client: z.string(),
    listener: z.string(),
    account: z.string().nullable(),
    helo: z.string(),
  }),
  /** Only those not finished yet. */
  recipients: z.array(queuedRecipient),
});
export type QueuedMessage = z.infer<typeof queuedMessage>;

/** Names of workers that did not answer: what they hold is missing from the answer. */
const unavailable = z.array(z.string());

export const queueList = z.object({
  schema: z.literal('postern.queue/1'),
  /** Oldest first. */
  messages: z.array(queuedMessage),
  /** There are more after the last one. */
  more: z.boolean(),
  unavailable,
});
export type QueueList = z.infer<typeof queueList>;

export const queueShow = z.object({ schema: z.literal('postern.message/1'), message: queuedMessage });
export type QueueShow = z.infer<typeof queueShow>;

export const queueStats = z.object({
  schema: z.literal('postern.queue-stats/1'),
  total: queueTotals,
  workers: z.array(queueTotals.extend({ name: z.string() })),
  unavailable,
});
export type QueueStats = z.infer<typeof queueStats>;

export const queueChange = z.object({
  schema: z.literal('postern.queue-change/1'),
  /** Messages that were changed; fewer than were named when some are not in the queue. */
  count,
  unavailable,
});
export type QueueChange = z.infer<typeof queueChange>;

/** Why a request was not done, and what to do about it. */
export const failure = z.object({
  schema: z.literal('postern.error/1'),
  error: z.string(),
  remedy: z.string(),
});
export type Failure = z.infer<typeof failure>;

/** Most messages of one page of the queue. */
export const MOST_LISTED = 1000;

/** Most messages that one request can name. */
export const MOST_NAMED = 10_000;

const NOT_AN_ID = 'not the id of a message';
const messageId = z.string().refine((text) => parseSpoolId(text) !== undefined, NOT_AN_ID);
const ids = z.array(messageId).min(1).max(MOST_NAMED);

export const queueQuery = z.strictObject({
  address: z.string().min(1).max(320).optional(),
  held: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(100),
  after: z
    .custom<SpoolId>((text) => typeof text === 'string' && parseSpoolId(text) !== undefined, NOT_AN_ID)
    .optional(),
});

export const retryRequest = z.strictObject({ ids: z.union([z.literal('all'), ids]) });
export type RetryRequest = z.infer<typeof retryRequest>;

export const holdRequest = z.strictObject({ ids });
export type HoldRequest = z.infer<typeof holdRequest>;

const reason = z.string().max(200);
export const deleteRequest = z.union([
  z.strictObject({ ids, reason }),
  /** Every message that is in the queue now, when there are exactly `count` of them. */
  z.strictObject({ ids: z.literal('all'), count, reason }),
]);
export type DeleteRequest = z.infer<typeof deleteRequest>;
