/** A Postfix of our own on loopback: a private instance with its own folders, which leaves nothing behind. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { run } from './run.ts';

export interface PostfixOptions {
  /** Lines of main.cf beside the usual ones. */
  readonly main: Readonly<Record<string, string>>;
}

export class Postfix implements AsyncDisposable {
  readonly folder: string;
  readonly port: number;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  static async start({ main }: PostfixOptions): Promise<Postfix> {
    const folder = await mkdtemp(join(tmpdir(), 'postern-postfix-'));
    const postfix = new Postfix(folder, await freePort());
    await chmod(folder, 0o755);
    await Promise.all(['etc', 'queue', 'data'].map((name) => mkdir(join(folder, name))));
    await run('chown', ['postfix', join(folder, 'data')]);
    await writeFile(join(folder, 'etc', 'main.cf'), mainCf(folder, main));
    await writeFile(join(folder, 'etc', 'master.cf'), masterCf(postfix.port));
    const { code, output } = await run('postfix', ['-c', join(folder, 'etc'), 'start']);
    if (code !== 0) {
      const log = await postfix.log().catch(() => '');
      await postfix[Symbol.asyncDispose]();
      throw new Error(`postfix start: ${output}${log}`);
    }
    return postfix;
  }

  async log(): Promise<string> {
    return readFile(join(this.folder, 'log'), 'utf8');
  }

  /** Hands a message to its queue, as a program on this machine would. */
  async sendmail(args: readonly string[], message: string): Promise<void> {
    const { code, output } = await run('sendmail', ['-C', join(this.folder, 'etc'), ...args], {
      input: message,
    });
    if (code !== 0) throw new Error(`sendmail: ${output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('postfix', ['-c', join(this.folder, 'etc'), 'stop']);
    await rm(this.folder, { recursive: true, force: true });
  }
}

function mainCf(folder: string, more: Readonly<Record<string, string>>): string {
  const settings = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    command_directory: '/usr/sbin',
    daemon_directory: '/usr/lib/postfix/sbin',
    mail_owner: 'postfix',
    maillog_file: join(folder, 'log'),
    maillog_file_prefixes: folder,
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    myhostname: 'postfix.test',
    mydestination: '',
    alias_maps: '',
    alias_database: '',
    smtp_dns_support_level: 'disabled',
    smtp_host_lookup: 'native',
    smtputf8_enable: 'no',
    ...more,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

function masterCf(port: number): string {
  const unix = [
    'cleanup',
    'rewrite',
    'bounce',
    'defer',
    'trace',
    'verify',
    'flush',
    'smtp',
    'relay',
    'error',
    'retry',
    'discard',
    'lmtp',
    'anvil',
    'scache',
  ];
  const programs: Readonly<Record<string, string>> = {
    rewrite: 'trivial-rewrite',
    defer: 'bounce',
    trace: 'bounce',
    relay: 'smtp',
    retry: 'error',
  };
  /** Processes of a service: 0 is no limit; the counters are shared, so there is one of each. */
  const limits: Readonly<Record<string, string>> = {
    cleanup: '0',
    bounce: '0',
    defer: '0',
    trace: '0',
    anvil: '1',
    scache: '1',
  };
  const lines = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'proxymap unix - - n - - proxymap',
    'postlog unix-dgram n - n - 1 postlogd',
    ...unix.map((name) => {
      return `${name} unix ${name === 'cleanup' ? 'n' : '-'} - n - ${limits[name] ?? '-'} ${programs[name] ?? name}`;
    }),
  ];
  return lines.join('\n') + '\n';
}
