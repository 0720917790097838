/**
 * The composition root of the supervisor: the configuration, the control API, the workers. It never touches a message; when it
 * dies, its workers finish what they do and end, too.
 */
import { join } from 'node:path';
import { serveControl, type ControlServer, type ReloadOutcome, type Status } from '../api/mod.ts';
import { postureLine, type Examination } from '../check/mod.ts';
import type { Config, ConfigProblem } from '../config/mod.ts';
import { startWriter, type HistoryWriter } from '../history/mod.ts';
import { Ledger } from '../ledger/mod.ts';
import { describeCertificate } from '../listener/mod.ts';
import type { Logger } from '../observe/mod.ts';
import { errorText, createExclusive, DATA_FOLDER, systemClock } from '../std/mod.ts';
import { askAll, createBackend } from './backend.ts';
import { loadPair, type Pair } from './certificate.ts';
import { passGate, type Admitted } from './gate.ts';
import { watchHost } from './hostAddresses.ts';
import { describeReload, warningsOf, type Reloaded } from './reloaded.ts';
import type { UpwardHandlers } from './upward.ts';
import { WorkerProcess } from './workerProcess.ts';

/** How long a drain may take in all: 30 seconds, less what ending the processes takes. Milliseconds. */
const DRAIN = 25_000;

export interface SupervisorOptions {
  readonly configPath: string;
  readonly version: string;
  /** Opens the log that the configuration asks for. */
  readonly createLog: (config: Config) => Logger;
}

/** Starts everything, or nothing. Throws ControlError when another Postern runs on the data folder, and what a worker could not do. */
export async function startSupervisor(
  options: SupervisorOptions,
): Promise<Supervisor | { readonly problems: readonly ConfigProblem[] }> {
  const passed = await passGate(options.configPath, undefined);
  if ('problems' in passed) return passed;
  const supervisor = new Supervisor(options, passed, await loadPair(passed.config));
  await supervisor.start();
  return supervisor;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #host = watchHost(systemClock);
  readonly #workers: readonly WorkerProcess[];
  readonly #startedAt = Date.now();
  readonly #exclusive = createExclusive();
  readonly #closed = Promise.withResolvers<void>();
  #control: ControlServer | undefined;
  /** Only once no other Postern runs on the data folder: it removes what is too old. */
  #history: HistoryWriter | undefined;
  #config: Config;
  #configuredAt = this.#startedAt;
  /** Of the configuration in force. */
  #examination: Examination;
  #pair: Pair;
  #state: Status['state'] = 'starting';
  #lastReload: Status['lastReload'] = null;

  constructor(options: SupervisorOptions, { config, examination }: Admitted, pair: Pair) {
    this.#options = options;
    this.#config = config;
    this.#examination = examination;
    this.#pair = pair;
    this.#log = options.createLog(config);
    this.#ledger = new Ledger({
      path: join(config.data, DATA_FOLDER.ledger),
      clock: systemClock,
      emit: this.#log.emit,
      gatewayNames: () => this.#config.relay.gatewayNames,
      guard: () => this.#config.guard,
      host: this.#host,
      onSuspects: () => this.#tellSuspects(),
    });
    const upward: UpwardHandlers = {
      asks: {
        takeLimits: (countings) => this.#ledger.take(countings),
        beforeLogin: (attempt) => this.#ledger.beforeLogin(attempt),
        unknownRecipient: (network) => this.#ledger.unknownRecipient(network),
      },
      notes: {
        turn: ({ from, ...turn }) => this.#turnOthers(from, turn),
        afterLogin: (end) => this.#ledger.afterLogin(end),
        sighting: (sighting) => this.#ledger.see(sighting),
        history: (batch) => this.#history?.write(batch),
      },
    };
    const names = Array.from({ length: config.workers }, (_, index) => `w${index + 1}`);
    this.#workers = names.map(
      (name) =>
        new WorkerProcess({
          name,
          config: () => this.#config,
          liveWorkers: () => names,
          suspects: () => this.#suspects(),
          upward,
          emit: this.#log.emit,
        }),
    );
  }

  /** In force now. */
  get config(): Config {
    return this.#config;
  }

  /** What is proved of it, in a line. */
  get posture(): string {
    return postureLine(this.#examination.proof);
  }

  /** The certificate that is offered. */
  get certificate(): Pair {
    return this.#pair;
  }

  /** Resolves when everything has ended. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async start(): Promise<void> {
    const { configPath, version } = this.#options;
    if (this.#pair.created) {
      const { fingerprint } = describeCertificate(this.#pair.certificate);
      this.#log.emit('certificate.created', { path: this.#pair.path, fingerprint });
    }
    try {
      this.#control = await serveControl({
        path: join(this.#config.data, DATA_FOLDER.control),
        backend: this.#backend(),
        emit: this.#log.emit,
      });
      this.#history = startWriter({
        folder: join(this.#config.data, DATA_FOLDER.history),
        retention: this.#config.history,
        emit: this.#log.emit,
      });
      await Promise.all(this.#workers.map((worker) => worker.start()));
    } catch (error) {
      await this.#end();
      throw error;
    }
    this.#state = 'running';
    this.#log.emit('daemon.started', { version, workers: this.#workers.length, configuration: configPath });
    this.#warn();
  }

  /** Drains every worker and ends; calling it again changes nothing. */
  stop(signal: string): void {
    if (this.#state === 'draining') return;
    this.#state = 'draining';
    this.#log.emit('daemon.stopping', { signal });
    void this.#end();
  }

  /** Reads the configuration again and puts it in force, or changes nothing and says why. One at a time. */
  reload(): Promise<ReloadOutcome> {
    return this.#exclusive(() => this.#reload());
  }

  /** Opens the log files again, after log rotation. */
  async reopenLogs(): Promise<void> {
    await this.#log.reopen();
    await askAll(this.#workers, 'reopenLog', null);
  }

  async #end(): Promise<void> {
    const begun = Date.now();
    await Promise.all(this.#workers.map((worker) => worker.stop(DRAIN)));
    this.#ledger[Symbol.dispose]();
    await this.#history?.[Symbol.asyncDispose]();
    await this.#control?.[Symbol.asyncDispose]();
    this.#log.emit('daemon.stopped', { seconds: Math.round((Date.now() - begun) / 1000) });
    await this.#log[Symbol.asyncDispose]();
    this.#closed.resolve();
  }

  async #reload(): Promise<ReloadOutcome> {
    const { configPath } = this.#options;
    const tried = await this.#tryReload().catch((error: unknown) => ({
      problems: [couldNot(configPath, error)],
    }));
    if ('problems' in tried) {
      const { problems } = tried;
      const lines = problems.map(
        ({ place, message }) => `${place.file}:${place.line}:${place.column}: ${message}`,
      );
      this.#log.emit('reload.refused', { configuration: configPath, problems: lines });
      this.#lastReload = { at: Date.now(), ok: false, summary: lines[0] ?? '' };
      return { ok: false, problems: problems.map((problem) => ({ ...problem })) };
    }
    const { outcome, event } = tried;
    this.#log.emit('reload.done', { configuration: configPath, ...event });
    this.#warn();
    this.#lastReload = { at: Date.now(), ok: true, summary: outcome.summary };
    return outcome;
  }

  async #tryReload(): Promise<Reloaded | { readonly problems: readonly ConfigProblem[] }> {
    const passed = await passGate(this.#options.configPath, this.#config);
    if ('problems' in passed) return passed;
    const { config, examination } = passed;
    // Compared before it is in force: if that fails, nothing is changed.
    const reloaded = describeReload({ before: this.#config, after: config, examination }, Date.now());
    const problems = await this.#apply(config);
    if (problems.length > 0) return { problems };
    this.#examination = examination;
    return reloaded;
  }

  /** What was found in the configuration that has come into force. */
  #warn(): void {
    for (const { code, place, message, remedy } of warningsOf(this.#examination)) {
      this.#log.emit('configuration.warned', {
        finding: code,
        place: `${place.file}:${place.line}:${place.column}`,
        what: message,
        remedy,
      });
    }
  }

  /** Every worker takes the new configuration, or every worker keeps the old one. */
  async #apply(config: Config): Promise<readonly ConfigProblem[]> {
    const before = this.#config;
    const pair = await loadPair(config);
    this.#config = config; // what a worker that starts just now is given
    const { answers } = await askAll(this.#workers, 'configure', config);
    const problem = answers.find(([, answer]) => answer.problem !== undefined)?.[1].problem;
    if (problem === undefined) {
      this.#pair = pair;
      this.#configuredAt = Date.now();
      this.#log.setLevel(config.log.level);
      this.#history?.retain(config.history);
      return [];
    }
    this.#config = before;
    await askAll(this.#workers, 'configure', before);
    return [
      {
        place: { file: config.file, line: 1, column: 1 },
        message: `a worker could not take the configuration: ${problem}`,
      },
    ];
  }

  /** Those that were seen, and those of this machine, which need not be seen first. */
  #suspects(): readonly string[] {
    const seen = this.#ledger.suspects.map(({ client }) => client);
    return [...new Set([...seen, ...this.#host().map(({ address }) => address)])];
  }

  /** Nobody waits for what they find. */
  #turnOthers(from: string, turn: { readonly domain: string; readonly subdomains: boolean }): void {
    const others = this.#workers.filter(({ name }) => name !== from);
    void askAll(others, 'queueTurn', turn);
  }

  #tellSuspects(): void {
    void askAll(this.#workers, 'suspects', this.#suspects()); // one that does not run is given them when it starts
  }

  #backend(): Parameters<typeof serveControl>[0]['backend'] {
    return createBackend({
      version: this.#options.version,
      startedAt: this.#startedAt,
      configPath: this.#options.configPath,
      config: () => this.#config,
      configuredAt: () => this.#configuredAt,
      pair: () => this.#pair,
      state: () => this.#state,
      lastReload: () => this.#lastReload,
      workers: this.#workers,
      ledger: this.#ledger,
      reload: () => this.reload(),
    });
  }
}

/** Something else than the configuration stood in the way: the accounts, a file that went meanwhile. */
function couldNot(file: string, error: unknown): ConfigProblem {
  return {
    place: { file, line: 1, column: 1 },
    message: `the configuration cannot be put in force: ${errorText(error)}`,
  };
}
