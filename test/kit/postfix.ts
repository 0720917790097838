/** A Postfix of our own on loopback: a private instance with its own folders, which leaves nothing behind. */
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { Client } from './client.ts';
import { until } from './until.ts';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { run } from './run.ts';

export interface PostfixOptions {
  /** Lines of main.cf beside the usual ones; they come last and so win. */
  readonly main?: Readonly<Record<string, string>>;
  /** A folder with main.cf, master.cf and tables that this Postfix runs on; else it has a main.cf of its own. */
  readonly folder?: string;
}

export class Postfix implements AsyncDisposable {
  readonly folder: string;
  /** The ports of its SMTP services by their names in master.cf. */
  readonly ports: ReadonlyMap<string, number>;
  readonly #signIn: SignIn | undefined;
  #master: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  private constructor(folder: string, ports: ReadonlyMap<string, number>, signIn: SignIn | undefined) {
    this.folder = folder;
    this.ports = ports;
    this.#signIn = signIn;
  }

  static async start({ main = {}, folder: source }: PostfixOptions): Promise<Postfix> {
    const folder = await mkdtemp(join(tmpdir(), 'postern-postfix-'));
    await chmod(folder, 0o755);
    await Promise.all(['etc', 'queue', 'data'].map((name) => mkdir(join(folder, name))));
    await run('chown', ['postfix', join(folder, 'data')]);
    const services =
      source === undefined ? [SMTP] : smtpServices(await readFile(join(source, 'master.cf'), 'utf8'));
    const ports = new Map<string, number>();
    for (const { name } of services) ports.set(name, await freePort());
    const signIn = source === undefined ? undefined : await SignIn.open(join(folder, 'auth'));
    const postfix = new Postfix(folder, ports, signIn);
    const own = source === undefined ? '' : await copyFolder(source, join(folder, 'etc'));
    const more =
      source === undefined ? main : { ...JUDGE_ONLY, smtpd_sasl_path: join(folder, 'auth'), ...main };
    const settings = settingsOf(folder, more, source === undefined);
    await writeFile(join(folder, 'etc', 'main.cf'), `${without(own, settings)}${mainCf(settings)}`);
    await writeFile(join(folder, 'etc', 'master.cf'), masterCf(services, ports));
    await postfix.#startMaster();
    return postfix;
  }

  /** As `postfix start` does, but for its checks of a whole installation, which take seconds. */
  async #startMaster(): Promise<void> {
    const queue = join(this.folder, 'queue');
    for (const name of QUEUE) await mkdir(join(queue, name));
    await run('chown', [
      'postfix',
      ...QUEUE.filter((name) => name !== 'pid').map((name) => join(queue, name)),
    ]);
    await run('chown', [':postdrop', join(queue, 'maildrop'), join(queue, 'public')]);
    const master = spawn(MASTER, ['-d', '-c', join(this.folder, 'etc')], { stdio: 'ignore', detached: true });
    this.#master = master;
    let ended = false;
    this.#ended = new Promise<void>((resolve) => {
      const end = (): void => {
        ended = true;
        resolve();
      };
      master.once('exit', end);
      master.once('error', end);
    });
    try {
      await until(async () => {
        if (ended) throw new Error('Postfix ended');
        return (await Promise.all([...this.ports.values()].map(answers))).every(Boolean);
      }, 'Postfix to listen');
    } catch (error) {
      const log = await this.log().catch(() => '');
      await this[Symbol.asyncDispose]();
      throw new Error(`Postfix does not start: ${log}`, { cause: error });
    }
  }

  /** Of the service smtp. */
  get port(): number {
    return this.ports.get(SMTP.name) ?? 0;
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
    // Its children are of its process group; none of them has anything to finish.
    if (this.#master?.pid !== undefined && this.#master.exitCode === null)
      process.kill(-this.#master.pid, 'SIGKILL');
    await this.#ended;
    await this.#signIn?.[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const MASTER = '/usr/lib/postfix/sbin/master';
const QUEUE = [
  'active',
  'bounce',
  'corrupt',
  'defer',
  'deferred',
  'flush',
  'hold',
  'incoming',
  'maildrop',
  'pid',
  'private',
  'public',
  'saved',
  'trace',
];

async function answers(port: number): Promise<boolean> {
  try {
    using client = await Client.greeted({ port });
    return client.unread === '';
  } catch {
    return false;
  }
}

interface SmtpService {
  readonly name: string;
  /** What stands behind the name, but for what only matters to clients and not to the verdict. */
  readonly rest: string;
}

const SMTP: SmtpService = { name: 'smtp', rest: 'inet n - n - - smtpd' };

/** TLS does not decide who can relay, and the tests sign in without it. */
const TLS_OVERRIDE = /\s+-o\s*smtpd_tls_(?:security_level|wrappermode|auth_only)=\S+/g;

/** The services of a master.cf that speak SMTP with clients, out of their chroot. */
function smtpServices(masterText: string): readonly SmtpService[] {
  const lines = masterText
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n');
  return lines.flatMap((line) => {
    const [, name = '', rest] = /^(\S+)\s+inet\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+smtpd\b(.*)$/.exec(line) ?? [];
    return rest === undefined ? [] : [{ name, rest: `${SMTP.rest}${rest.replaceAll(TLS_OVERRIDE, '')}` }];
  });
}

/** The tables, with the folder's new place in them; answers main.cf's text. */
async function copyFolder(source: string, target: string): Promise<string> {
  const moved = async (name: string): Promise<string> =>
    (await readFile(join(source, name), 'utf8')).replaceAll('/etc/postfix/', `${target}/`);
  const main = await moved('main.cf');
  for (const name of await readdir(source)) {
    if (name.endsWith('.cf')) continue;
    await writeFile(join(target, name), await moved(name));
    if (main.includes(`hash:${target}/${name}`))
      await run('postmap', ['-c', '/etc/postfix', `hash:${join(target, name)}`]);
  }
  return `${main}\n`;
}

/** For a Postfix that is only asked and sends nothing: any client may be impersonated, and errors cost no time. */
const JUDGE_ONLY: Readonly<Record<string, string>> = {
  smtpd_authorized_xclient_hosts: '127.0.0.1',
  smtpd_hard_error_limit: '100000',
  smtpd_soft_error_limit: '100000',
  smtpd_error_sleep_time: '0',
  in_flow_delay: '0',
  smtpd_tls_security_level: 'none',
  smtpd_tls_auth_only: 'no',
  smtpd_sasl_type: 'dovecot',
  local_recipient_maps: '',
  smtpd_client_connection_count_limit: '0',
  inet_protocols: 'all',
};

/** What accepts every PLAIN login, over the protocol by which Postfix asks Dovecot. */
class SignIn implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.write('VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n');
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const [, id = ''] of text.matchAll(/^AUTH\t(\d+)\t/gm)) socket.write(`OK\t${id}\tuser=alice\n`);
      });
    });
  }

  static async open(path: string): Promise<SignIn> {
    const signIn = new SignIn();
    await new Promise<void>((resolve, reject) => {
      signIn.#server.once('error', reject);
      signIn.#server.listen({ path, readableAll: true, writableAll: true }, resolve);
    });
    return signIn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function settingsOf(
  folder: string,
  more: Readonly<Record<string, string>>,
  isOwn: boolean,
): Readonly<Record<string, string>> {
  return {
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    command_directory: '/usr/sbin',
    daemon_directory: '/usr/lib/postfix/sbin',
    mail_owner: 'postfix',
    maillog_file: join(folder, 'log'),
    maillog_file_prefixes: folder,
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    ...(isOwn ? OWN : {}),
    alias_maps: '',
    // A process that could not be started on a loaded machine is started again at once, not after a minute.
    service_throttle_time: '1s',
    alias_database: '',
    smtp_dns_support_level: 'disabled',
    smtp_host_lookup: 'native',
    smtputf8_enable: 'no',
    ...more,
  };
}

function mainCf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

/**
 * A main.cf without these settings. Each process warns of every setting that stands there twice, and the socket of the log
 * takes ten lines before somebody reads them: the one who would reads waits, too.
 */
function without(text: string, settings: Readonly<Record<string, string>>): string {
  let skips = false;
  const kept = text.split('\n').filter((line) => {
    const name = /^(\w+)\s*=/.exec(line)?.[1];
    if (name !== undefined) skips = name in settings;
    return !skips || /^\s*#/.test(line);
  });
  return `${kept.join('\n')}\n`;
}

/** For a Postfix without a main.cf of somebody else. */
const OWN = { compatibility_level: '3.6', myhostname: 'postfix.test', mydestination: '' } as const;

function masterCf(services: readonly SmtpService[], ports: ReadonlyMap<string, number>): string {
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
    ...services.map(({ name, rest }) => `127.0.0.1:${ports.get(name) ?? 0} ${rest}`),
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
