/**
 * OpenSMTPD as a client: its whole daemon, which takes messages at its socket and relays them. Its folders are compiled in, so
 * only one can run at a time; `.ci/run` unpacks it beside Postfix and makes its users and folders.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATHS } from './peers.ts';
import { run } from './run.ts';
import { until } from './until.ts';
import type { Way } from './ways.ts';

const SOCKET = '/var/run/smtpd.sock';

export class OpenSmtpd implements AsyncDisposable {
  readonly #folder: string;
  readonly #daemon: ChildProcess;
  readonly #ended: Promise<unknown>;
  #log = '';

  private constructor(folder: string, daemon: ChildProcess) {
    this.#folder = folder;
    this.#daemon = daemon;
    this.#ended = new Promise((resolve) => {
      daemon.once('exit', resolve);
      daemon.once('error', resolve);
    });
    for (const stream of [daemon.stdout, daemon.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
  }

  static async start(way: Way): Promise<OpenSmtpd> {
    const folder = await mkdtemp(join(tmpdir(), 'postern-opensmtpd-'));
    const configuration = join(folder, 'smtpd.conf');
    await writeFile(configuration, settings(folder, way));
    if (way.login !== undefined)
      await writeFile(join(folder, 'logins'), `peer ${way.login.user}:${way.login.password}\n`, {
        mode: 0o640,
      });
    await rm(SOCKET, { force: true });
    const daemon = spawn('smtpd', ['-d', '-v', '-f', configuration], {
      env: PATHS,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const started = new OpenSmtpd(folder, daemon);
    try {
      await until(() => {
        if (daemon.exitCode !== null) throw new Error('it ended');
        return existsSync(SOCKET);
      }, 'OpenSMTPD to listen');
    } catch (error) {
      const log = started.#log;
      await started[Symbol.asyncDispose]();
      throw new Error(`OpenSMTPD does not start: ${log}`, { cause: error });
    }
    return started;
  }

  /** What its log says in the end of the delivery of the message that it was given, whatever else waits in its queue. */
  async outcome(): Promise<string> {
    const line = (): string | undefined => {
      const [, envelope] = /smtp envelope evpid=([0-9a-f]+) /.exec(this.#log) ?? [];
      return envelope === undefined
        ? undefined
        : new RegExp(`mta delivery evpid=${envelope} .*`).exec(this.#log)?.[0];
    };
    await until(() => line() !== undefined, 'the delivery of OpenSMTPD');
    return line() ?? '';
  }

  /** One message. */
  async send({ from, to, message }: { from: string; to: string; message: string }): Promise<void> {
    // Which of its programs it is goes by the name it is called by.
    const { code, output } = await run('bash', ['-c', 'exec -a sendmail smtpctl -f "$0" "$1"', from, to], {
      input: message,
    });
    if (code !== 0) throw new Error(`smtpctl: ${output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#daemon.pid !== undefined && this.#daemon.exitCode === null) {
      try {
        process.kill(-this.#daemon.pid, 'SIGKILL');
      } catch {
        // it has ended by itself
      }
    }
    await this.#ended;
    await rm(SOCKET, { force: true });
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function settings(folder: string, { port, tls, login }: Way): string {
  const scheme = { none: 'smtp+notls', starttls: 'smtp+tls', implicit: 'smtps' }[tls];
  const who = login === undefined ? '' : 'peer@';
  const table = login === undefined ? '' : `table logins file:${join(folder, 'logins')}\n`;
  const auth = login === undefined ? '' : ' auth <logins>';
  const check = tls === 'none' ? '' : ' tls no-verify';
  return `${table}listen on socket\naction out relay host ${scheme}://${who}127.0.0.1:${port}${check}${auth}\nmatch from any for any action out\n`;
}
