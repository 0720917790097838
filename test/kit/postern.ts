/** Starts the real program, as an administrator would, in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlClient, type ControlClient } from '../../src/api/mod.ts';
import { until } from './until.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line once. */
export async function postern(
  args: readonly string[],
  options: { input?: string; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** A folder with a configuration file, its data folder beside it. */
export class Site implements AsyncDisposable {
  readonly folder: string;
  readonly #log: string;
  #child: ChildProcess | undefined;
  #exit: Promise<number | null> = Promise.resolve(null);
  #output = '';

  private constructor(folder: string, log: string) {
    this.folder = folder;
    this.#log = log;
  }

  /** `yaml` is the configuration; `data: ./data` is added, and unless it is `bare` a log file with everything in it. */
  static async create(yaml: string, options: { bare?: boolean } = {}): Promise<Site> {
    const log = options.bare === true ? '' : 'log: { file: ./postern.log, level: debug }\n';
    const site = new Site(await mkdtemp(join(tmpdir(), 'postern-test-')), log);
    await site.configure(yaml);
    return site;
  }

  get configPath(): string {
    return join(this.folder, 'postern.yaml');
  }

  get logPath(): string {
    return join(this.folder, 'postern.log');
  }

  /** Everything the daemon wrote to standard output and error. */
  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async configure(yaml: string): Promise<void> {
    await writeFile(this.configPath, `data: ./data\n${this.#log}${yaml}`);
  }

  async cli(...args: readonly string[]): Promise<CliResult> {
    return postern([...args, '-c', this.configPath]);
  }

  /** The same with something on standard input. */
  async cliWith(input: string, ...args: readonly string[]): Promise<CliResult> {
    return postern([...args, '-c', this.configPath], { input });
  }

  async addAccount(address: string, password: string, aliases: readonly string[] = []): Promise<void> {
    const flags = aliases.flatMap((alias) => ['--alias', alias]);
    const { code, stderr } = await this.cliWith(
      `${password}\n`,
      'account',
      'add',
      address,
      ...flags,
      '--password-stdin',
    );
    if (code !== 0) throw new Error(`account add ${address}: ${stderr}`);
  }

  /** Starts the daemon and waits until every worker accepts mail. */
  async start(): Promise<void> {
    this.spawn();
    let ended = false;
    this.#child?.once('exit', () => (ended = true));
    await until(async () => {
      if (ended) throw new Error(`the daemon ended: ${this.#output}${await this.log().catch(() => '')}`);
      const status = await this.control.status();
      return status.kind === 'done' && status.value.state === 'running';
    }, 'the daemon to be ready');
  }

  /** Starts the daemon and waits for nothing. */
  spawn(): void {
    const child = spawn(process.execPath, [MAIN, 'serve', '-c', this.configPath], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#exit = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  /** Asks the daemon directly; the command line costs a process each time. */
  get control(): ControlClient {
    return controlClient(join(this.folder, 'data', 'control.sock'));
  }

  /** Waits until the queue is empty. */
  async emptied(patience?: number): Promise<void> {
    await until(
      async () => {
        const stats = await this.control.queueStats();
        return (
          stats.kind === 'done' && stats.value.unavailable.length === 0 && stats.value.total.messages === 0
        );
      },
      'the queue to be empty',
      patience,
    );
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    this.#child?.kill('SIGTERM');
    return this.exited();
  }

  async exited(): Promise<number | null> {
    const code = await this.#exit;
    this.#child = undefined;
    return code;
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async log(): Promise<string> {
    return readFile(this.logPath, 'utf8');
  }

  /** The events of one name that were logged so far. */
  async events(name: string): Promise<readonly Record<string, unknown>[]> {
    const lines = (await this.log()).split('\n').filter((line) => line.includes(`"event":"${name}"`));
    return lines.map((line): Record<string, unknown> => JSON.parse(line));
  }

  /** Waits until an event of this name was logged that fits. */
  async logged(name: string, fits: (event: Record<string, unknown>) => boolean = () => true): Promise<void> {
    await until(async () => (await this.events(name)).some(fits), `the event ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
