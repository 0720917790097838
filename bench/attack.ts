/**
 * An honest client beside thousands that only hold on: silent ones, ones that trickle a command, ones that hold DATA at an octet a
 * second, ones that never read, ones that stop in a TLS handshake or in a PROXY header. Prints how long the honest client's
 * messages take, what the server keeps in memory, and when the last attacker was ended; Postfix under the same attack beside it.
 *
 *     node bench/attack.ts [--connections 5000] [--seconds 120] [--only postern|postfix|haraka] [--haraka FOLDER]
 *
 * Haraka (3.3 from npm) is attacked when `--haraka` names a folder where it was installed. A message counts from the connection to
 * the reply after the dot; one that is refused or takes over ten seconds counts as lost.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '../test/kit/client.ts';
import { PATHS } from '../test/kit/peers.ts';
import { freePort } from '../test/kit/ports.ts';
import { Postfix } from '../test/kit/postfix.ts';
import { Site } from '../test/kit/postern.ts';
import type { Attack, Standing } from './attackers.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '120' },
    only: { type: 'string', default: '' },
    haraka: { type: 'string', default: '' },
  },
});

interface Victim extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly proxies: string;
  /** A process whose descendants are the server. */
  readonly pid: number;
}

const PROXIES = '127.0.77.';
const PATIENCE = 10_000;

/** Defaults, but for addresses, the log, and time-outs that end the test in minutes: the same for every server. */
async function startPostern(): Promise<Victim> {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const site = await Site.create(
    `hostname: postern.test
log: { file: ./postern.log, level: warn }
listeners:
  internet: { bind: ["127.0.0.1:${port}"] }
  submissions: { bind: ["127.0.0.1:${tlsPort}"], for: submission, tls: implicit }
proxies: [127.0.77.0/24]
routing:
  domains: [{ domain: inbound.test, inbound: true }]
limits: { connections: 8000, connectionsPerSecond: 2000 }
timeouts: { command: 60s, data: 60s }
`,
    { bare: true },
  );
  await site.addAccount('bob@inbound.test', 'not used in this test');
  await site.start();
  const dispose = (): Promise<void> => site[Symbol.asyncDispose]();
  return {
    name: 'Postern',
    port,
    tlsPort,
    proxies: PROXIES,
    pid: site.pid ?? 0,
    [Symbol.asyncDispose]: dispose,
  };
}

async function startPostfix(): Promise<Victim> {
  const postfix = await Postfix.start({
    main: {
      mynetworks: '192.0.2.0/24',
      smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
      relay_domains: 'inbound.test',
      transport_maps: 'inline:{inbound.test=discard:}',
      default_process_limit: '200',
      smtpd_timeout: '${stress?{10}:{60}}s',
      smtpd_peername_lookup: 'no',
    },
  });
  const [master = 0] = await processes((text) => text.includes(join(postfix.folder, 'etc')));
  const dispose = (): Promise<void> => postfix[Symbol.asyncDispose]();
  return {
    name: 'Postfix',
    port: postfix.port,
    tlsPort: 0,
    proxies: '',
    pid: master,
    [Symbol.asyncDispose]: dispose,
  };
}

/** One process; a plugin that takes mail for bob and drops it. */
async function startHaraka(): Promise<Victim> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-haraka-'));
  const port = await freePort();
  const own = join(values.haraka, 'node_modules/Haraka');
  await cp(join(own, 'config'), join(folder, 'config'), { recursive: true });
  await mkdir(join(folder, 'plugins'));
  const files = {
    'config/smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\ninactivity_timeout=60\n`,
    'config/plugins': 'take\n',
    'config/me': 'haraka.test\n',
    'config/loglevel': 'LOGCRIT\n',
    'plugins/take.js': 'exports.hook_rcpt = (next) => next(OK);\nexports.hook_queue = (next) => next(OK);\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const child = spawn(process.execPath, [join(own, 'bin/haraka'), '-c', folder], {
    stdio: 'ignore',
  });
  await answers(port);
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(folder, { recursive: true, force: true });
  };
  return {
    name: 'Haraka',
    port,
    tlsPort: 0,
    proxies: '',
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: dispose,
  };
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      using _client = await Client.greeted({ port });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`nothing answers at port ${port}`);
}

async function processes(is: (commandLine: string) => boolean): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (is(text)) found.push(Number(name));
  }
  return found;
}

/** Octets that a process and all below it keep for themselves (what they share is counted once for each sharer in part). */
async function memoryOf(root: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const parent = /^PPid:\s+(\d+)/m.exec(
      await readFile(`/proc/${name}/status`, 'utf8').catch(() => ''),
    )?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number): boolean =>
    pid === root || (parents.has(pid) && isBelow(parents.get(pid) ?? 0));
  let sum = 0;
  for (const pid of parents.keys()) {
    if (!isBelow(pid)) continue;
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    sum += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  }
  return sum;
}

interface Honest {
  /** Milliseconds of each message that was taken. */
  readonly times: number[];
  lost: number;
}

async function sendOne(port: number, honest: Honest): Promise<void> {
  const begun = performance.now();
  try {
    using client = await Client.greeted({ port, localAddress: '127.0.0.5', patience: PATIENCE });
    await client.ehlo('honest.test');
    const message =
      'From: <a@honest.test>\r\nTo: <bob@inbound.test>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@honest.test>\r\nSubject: beside an attack\r\n\r\nx';
    const reply = await client.send('a@honest.test', ['bob@inbound.test'], message);
    const took = performance.now() - begun;
    if (reply.code === 250 && took <= PATIENCE) honest.times.push(took);
    else honest.lost += 1;
  } catch {
    honest.lost += 1;
  }
}

function percentile(numbers: readonly number[], share: number): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? '-' : `${value.toFixed(0)} ms`;
}

function attackers(attack: Attack): { child: ChildProcess; standing: () => Standing } {
  const child = fork(new URL('attackers.ts', import.meta.url));
  let latest: Standing = { open: 0, opened: 0, closed: 0, refused: 0 };
  child.on('message', (message: Standing) => (latest = message));
  child.send(attack);
  return { child, standing: () => latest };
}

async function attack(start: () => Promise<Victim>): Promise<void> {
  await using victim = await start();
  const before: Honest = { times: [], lost: 0 };
  for (let count = 0; count < 20; count += 1) await sendOne(victim.port, before);
  const { port, tlsPort, proxies } = victim;
  const { child, standing } = attackers({ port, tlsPort, proxies, connections: Number(values.connections) });
  const during: Honest = { times: [], lost: 0 };
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  let memory = 0;
  let most = 0;
  let endedAt: number | undefined;
  let sampledAt = 0;
  try {
    while (seconds() < Number(values.seconds) && endedAt === undefined) {
      await sendOne(port, during);
      const { open, opened } = standing();
      most = Math.max(most, open);
      if (opened > Number(values.connections) / 2 && open === 0) endedAt = seconds();
      if (seconds() - sampledAt > 5) {
        memory = Math.max(memory, await memoryOf(victim.pid));
        sampledAt = seconds();
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    child.disconnect();
  }
  const { open, refused } = standing();
  const taken = during.times.length;
  console.log(
    [
      victim.name.padEnd(8),
      `quiet p50 ${percentile(before.times, 0.5)}`,
      `attacked p50 ${percentile(during.times, 0.5)}, p99 ${percentile(during.times, 0.99)}, ${taken} of ${taken + during.lost} messages taken`,
      `at most ${most} attackers at once (${refused} not let in)`,
      `${(memory / 2 ** 20).toFixed(0)} MiB`,
      endedAt === undefined
        ? `${open} attackers left after ${seconds().toFixed(0)} s`
        : `all ended after ${endedAt.toFixed(0)} s`,
    ].join('; '),
  );
}

async function main(): Promise<void> {
  console.log(`${values.connections} connections that hold on, one honest client`);
  const victims = { postern: startPostern, postfix: startPostfix, haraka: startHaraka };
  for (const [name, start] of Object.entries(victims)) {
    if (values.only !== '' && values.only !== name) continue;
    if (name === 'haraka' && values.haraka === '') continue;
    await attack(start);
  }
}

process.env['PATH'] = PATHS['PATH'];
await main();
