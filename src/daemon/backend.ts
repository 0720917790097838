/** What the control API can ask of the supervisor: answers put together from all workers. */
import type { ControlBackend, FromWorkers, QueueEntry, ReloadOutcome, Status } from '../api/mod.ts';
import { totalsOf } from '../api/mod.ts';
import type { Config } from '../config/mod.ts';
import { formatEndpoint } from '../config/mod.ts';
import type { Ledger } from '../ledger/mod.ts';
import { describeCertificate } from '../listener/mod.ts';
import type { Pair } from './certificate.ts';
import type { RequestName, WorkerRequests } from './ipc.ts';
import type { WorkerProcess } from './workerProcess.ts';

/** How long the supervisor waits for a worker's answer before it is named as unavailable. Milliseconds. */
const PATIENCE = 5_000;
/** Networks that the guard slows down in the status, those nearest to its limits. */
const GUARDED_SHOWN = 5;
/** Limits of grants in the status, the fullest. */
const LIMITS_SHOWN = 10;

export interface Supervision {
  readonly version: string;
  readonly startedAt: number;
  readonly configPath: string;
  readonly config: () => Config;
  readonly configuredAt: () => number;
  readonly pair: () => Pair;
  readonly state: () => Status['state'];
  readonly lastReload: () => Status['lastReload'];
  readonly workers: readonly WorkerProcess[];
  readonly ledger: Pick<Ledger, 'fullest' | 'suspects' | 'guarded'>;
  reload(): Promise<ReloadOutcome>;
}

export function createBackend(supervision: Supervision): ControlBackend {
  const { workers } = supervision;
  return {
    reload: () => supervision.reload(),
    status: () => status(supervision),
    queueStats: async () => {
      const { answers, unavailable } = await askAll(workers, 'queueStats', null);
      return { unavailable, workers: answers.map(([{ name }, stats]) => ({ name, ...stats })) };
    },
    queueList: async (filter) => {
      const { answers, unavailable } = await askAll(workers, 'queueList', filter);
      const messages = answers.flatMap(([{ name }, list]) =>
        list.map((message): QueueEntry => ({ worker: name, message })),
      );
      messages.sort((a, b) => (a.message.id < b.message.id ? -1 : 1)); // names sort by time of arrival
      return { unavailable, messages: messages.slice(0, filter.limit) };
    },
    queueShow: async (id) => {
      const { answers, unavailable } = await askAll(workers, 'queueShow', { id });
      const found = answers.flatMap(([{ name }, message]) =>
        message === null ? [] : [{ worker: name, message }],
      );
      return { unavailable, entry: found[0] };
    },
    queueRetry: (ids) => countAll(workers, 'queueRetry', ids),
    queueHold: (ids) => countAll(workers, 'queueHold', ids),
    queueRelease: (ids) => countAll(workers, 'queueRelease', ids),
    queueDelete: (ids, reason) => countAll(workers, 'queueDelete', { ids, reason }),
  };
}

type Answers<N extends RequestName> = FromWorkers & {
  readonly answers: readonly (readonly [WorkerProcess, WorkerRequests[N]['answer']])[];
};

/** Asks every worker; one that does not answer in time is named. */
export async function askAll<N extends RequestName>(
  workers: readonly WorkerProcess[],
  name: N,
  ask: WorkerRequests[N]['ask'],
): Promise<Answers<N>> {
  const answers: (readonly [WorkerProcess, WorkerRequests[N]['answer']])[] = [];
  const unavailable: string[] = [];
  await Promise.all(
    workers.map(async (worker) => {
      const answer = await inTime(worker.request(name, ask));
      if (answer === undefined) unavailable.push(worker.name);
      else answers.push([worker, answer]);
    }),
  );
  return { answers, unavailable };
}

async function countAll<N extends 'queueRetry' | 'queueHold' | 'queueRelease' | 'queueDelete'>(
  workers: readonly WorkerProcess[],
  name: N,
  ask: WorkerRequests[N]['ask'],
): Promise<FromWorkers & { readonly count: number }> {
  const { answers, unavailable } = await askAll(workers, name, ask);
  return { unavailable, count: answers.reduce((sum, [, count]) => sum + count, 0) };
}

/** Undefined when it rejects or takes too long. No answer of a worker is undefined. */
async function inTime<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function status(supervision: Supervision): Promise<Omit<Status, 'schema' | 'queue'>> {
  const { config, pair, startedAt, workers } = supervision;
  const { answers } = await askAll(workers, 'status', null);
  const reports = new Map(answers);
  const { subject, names, notAfter, fingerprint } = describeCertificate(pair().certificate);
  return {
    version: supervision.version,
    pid: process.pid,
    state: supervision.state(),
    started: startedAt,
    uptimeSeconds: Math.round((Date.now() - startedAt) / 1000),
    configuration: supervision.configPath,
    configured: supervision.configuredAt(),
    data: config().data,
    workers: workers.map((worker) => {
      const report = reports.get(worker);
      return {
        name: worker.name,
        pid: worker.pid ?? null,
        state: worker.state,
        started: worker.startedAt ?? null,
        restarts: worker.restarts,
        sessions: report?.sessions ?? 0,
        active: report?.active ?? 0,
        inFlight: report?.inFlight ?? 0,
        spool: report === undefined ? null : totalsOf(report.spool),
      };
    }),
    listeners: config().listeners.map(({ name, purpose, bind, tls, auth }) => ({
      name,
      purpose,
      addresses: bind.map(formatEndpoint),
      tls,
      auth,
    })),
    certificate: { selfSigned: pair().selfSigned, subject, names: [...names], notAfter, fingerprint },
    lastReload: supervision.lastReload(),
    limits: supervision.ledger
      .fullest(LIMITS_SHOWN, config().relay.allow)
      .map(({ whose, until, ...rest }) => ({
        ...rest,
        whose: whose === '' ? null : whose,
        until: until ?? null,
      })),
    gateways: {
      refused: config().relay.suspectGateway === 'refuse',
      suspects: supervision.ledger.suspects.map((suspect) => ({
        ...suspect,
        examples: [...suspect.examples],
      })),
    },
    guarded: [...supervision.ledger.guarded(GUARDED_SHOWN)],
  };
}
