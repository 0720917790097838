/**
 * How many messages a second the spool makes durable, and what that costs the event loop, which has SMTP to speak meanwhile.
 *
 *     node bench/spool.ts [--messages 30000] [--committers 50] [--size 4096] [--recipients 1] [--folder DIR] [--keep]
 *
 * Every committer appends a message, and finishes it with the append of its next one but `lag`, as deliveries do. `--keep`
 * only appends. The folder should be on the disk in question; the default is the current one.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  NOTHING_ASKED,
  openSpool,
  type NewMessage,
  type Spool,
  type SpoolChange,
  type SpoolId,
} from '../src/spool/mod.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '30000' },
    committers: { type: 'string', default: '50' },
    size: { type: 'string', default: '4096' },
    recipients: { type: 'string', default: '1' },
    folder: { type: 'string', default: '.' },
    keep: { type: 'boolean', default: false },
  },
});
const load = {
  messages: Number(values.messages),
  committers: Number(values.committers),
  size: Number(values.size),
  recipients: Number(values.recipients),
  keep: values.keep,
};

function message(id: SpoolId, body: Buffer): NewMessage {
  return {
    id,
    envelope: {
      sender: 'sender@client.example.com',
      eightBit: false,
      ...NOTHING_ASKED.envelope,
      receivedAt: Date.now(),
      origin: {
        client: '192.168.10.7',
        listener: 'internet',
        account: null,
        helo: 'client.example.com',
      },
    },
    recipients: Array.from({ length: load.recipients }, (_, index) => ({
      address: `recipient${index}@contoso.example`,
      original: `recipient${index}@contoso.example`,
      by: 'route:contoso.example',
      ...NOTHING_ASKED.recipient,
    })),
    quarantine: undefined,
    body: { kind: 'memory', bytes: body },
  };
}

async function committer(spool: Spool, count: number, body: Buffer): Promise<void> {
  let previous: SpoolId | undefined;
  for (let done = 0; done < count; done += 1) {
    const id = spool.newId();
    const changes: SpoolChange[] = [];
    if (previous !== undefined && !load.keep) {
      for (let index = 0; index < load.recipients; index += 1) {
        changes.push({ kind: 'finish', id: previous, index });
      }
    }
    const own = spool.commit([{ kind: 'append', message: message(id, body) }]);
    // Deliveries commit on their own; here both are under way at once.
    await (changes.length === 0 ? own : Promise.all([own, spool.commit(changes)]));
    previous = id;
  }
}

const folder = await mkdtemp(join(values.folder, 'spool-bench-'));
try {
  const spool = await openSpool({ folder, name: 'bench', emit: () => undefined });
  const body = Buffer.alloc(load.size, 'Postern ');
  const each = Math.ceil(load.messages / load.committers);
  const run = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: load.committers }, () => committer(spool, count, body)));
  await run(Math.ceil(each / 10));

  const startedAt = performance.now();
  const thread = process.threadCpuUsage();
  const whole = process.cpuUsage();
  await run(each);
  const seconds = (performance.now() - startedAt) / 1000;
  const mainCpu = process.threadCpuUsage(thread);
  const allCpu = process.cpuUsage(whole);
  const total = each * load.committers;
  const main = (mainCpu.user + mainCpu.system) / total;
  const all = (allCpu.user + allCpu.system) / total;
  console.log(
    `${Math.round(total / seconds).toLocaleString('en')} appends/s` +
      `${load.keep ? '' : ', each finished'}; CPU per message: ${main.toFixed(1)} µs on the event loop, ` +
      `${(all - main).toFixed(1)} µs elsewhere (${load.committers} committers, ${load.size} octets, ` +
      `${load.recipients} recipients)`,
  );
  await spool[Symbol.asyncDispose]();
} finally {
  await rm(folder, { recursive: true, force: true });
}
