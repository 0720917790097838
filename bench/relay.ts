/**
 * Relays messages through Postern and through Postfix, in turn, on this machine, and prints the rates and their ratio.
 *
 *     npm run bench -- [--messages 10000] [--rounds 3] [--sessions 20] [--size 4096]
 *
 * End to end: smtp-source (Debian: postfix) submits, the server makes durable and relays, a sink counts. Every run starts
 * its server anew. Only ratios of one run mean anything; the machine's speed drifts.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PATHS } from '../test/kit/peers.ts';
import { freePort } from '../test/kit/ports.ts';
import { Postfix } from '../test/kit/postfix.ts';
import { Site } from '../test/kit/postern.ts';
import { run } from '../test/kit/run.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    sessions: { type: 'string', default: '20' },
    size: { type: 'string', default: '4096' },
    /** `postern` or `postfix`: that one alone. */
    only: { type: 'string', default: '' },
    /** `new` or `reuse`: one connection a message, or many; both unless given. */
    way: { type: 'string', default: '' },
  },
});

interface Server extends AsyncDisposable {
  readonly port: number;
}

type Start = (sinkPort: number) => Promise<Server>;

async function startPostern(sinkPort: number): Promise<Server> {
  const port = await freePort();
  // Defaults, but for the addresses and the log, which goes to a file at the default level.
  const site = await Site.create(
    `hostname: postern.test
log: { file: ./postern.log }
listeners:
  internet: { bind: ["127.0.0.1:${port}"] }
routing:
  domains: [{ domain: postern.test, inbound: true }]
  outbound: { host: "127.0.0.1:${sinkPort}" }
relay:
  allow: [{ name: bench, from: [127.0.0.0/8] }]
`,
    { bare: true },
  );
  await site.start();
  return { port, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

function startPostfix(sinkPort: number): Promise<Server> {
  return Postfix.start({
    main: {
      mynetworks: '127.0.0.0/8',
      smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
      relayhost: `[127.0.0.1]:${sinkPort}`,
      default_process_limit: '200',
      default_destination_concurrency_limit: '100',
      smtpd_client_connection_count_limit: '0',
      smtpd_client_connection_rate_limit: '0',
      smtpd_client_message_rate_limit: '0',
      smtpd_peername_lookup: 'no',
    },
  });
}

/** @returns messages a second, from the first connection to the last arrival. */
async function measure(start: Start, reuse: boolean, sink: string): Promise<number> {
  const sinkPort = await freePort();
  const receiver = spawn(sink, [String(sinkPort), values.messages], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => receiver.stdout.once('data', resolve));
  const finished = new Promise<number | null>((resolve) => receiver.once('exit', resolve));
  await using server = await start(sinkPort);
  const begun = performance.now();
  const flags = [
    '-s',
    values.sessions,
    '-m',
    values.messages,
    '-l',
    values.size,
    '-f',
    'sender@client.test',
    '-t',
    'rcpt@dest.test',
  ];
  const sent = await run('smtp-source', [...(reuse ? ['-d'] : []), ...flags, `127.0.0.1:${server.port}`]);
  if (sent.code !== 0) throw new Error(`smtp-source: ${sent.output}`);
  if ((await finished) !== 0) throw new Error('messages are missing at the sink');
  return (Number(values.messages) / (performance.now() - begun)) * 1000;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
  const sink = join(folder, 'sink');
  const compiled = await run('cc', ['-O2', '-o', sink, new URL('sink.c', import.meta.url).pathname]);
  if (compiled.code !== 0) throw new Error(compiled.output);
  console.log(
    `${values.messages} messages of ${values.size} octets, ${values.sessions} sessions, ${values.rounds} rounds; messages a second`,
  );
  for (const reuse of [false, true]) {
    if (values.way === (reuse ? 'new' : 'reuse')) continue;
    const rates = { postern: [] as number[], postfix: [] as number[] };
    for (let round = 0; round < Number(values.rounds); round += 1) {
      if (values.only !== 'postfix') rates.postern.push(await measure(startPostern, reuse, sink));
      if (values.only !== 'postern') rates.postfix.push(await measure(startPostfix, reuse, sink));
    }
    const way = reuse ? 'many messages a connection' : 'one connection a message';
    const ratios = rates.postern.map((rate, round) => rate / (rates.postfix[round] ?? Number.NaN));
    console.log(
      `${way}: Postern ${rates.postern.map((rate) => rate.toFixed(0)).join(' ')}, Postfix ${rates.postfix.map((rate) => rate.toFixed(0)).join(' ')}, ratio ${median(ratios).toFixed(1)}`,
    );
  }
  await rm(folder, { recursive: true });
}

process.env['PATH'] = PATHS['PATH'];
await main();
