/** Two thousand clients that say nothing, each in TLS, and one that sends. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';

const CLIENTS = 2_000;
/** Octets of resident memory that one may cost. */
const COST = 64 * 1024;

function residentOctets(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

async function greetedInTls(port: number): Promise<Client> {
  const client = await Client.connect({ port, implicitTls: true, patience: 60_000 });
  assert.equal((await client.reply()).code, 220);
  return client;
}

const skip = process.platform === 'linux' ? false : 'reads /proc';

test(
  `${CLIENTS} idle connections in TLS cost at most 64 KiB each, and a busy client works beside them`,
  { skip },
  async (context) => {
    const [submissions, transfer] = [await freePort(), await freePort()];
    await using site = await Site.create(`
hostname: mx.inbound.test
workers: 1
listeners:
  internet: { bind: ["127.0.0.1:${transfer}"] }
  submissions: { bind: ["127.0.0.1:${submissions}"], for: submission, tls: implicit }
routing: { domains: [{ domain: inbound.test, inbound: true }] }
limits: { connectionsPerAddress: 5000 }
`);
    await site.addAccount('bob@inbound.test', 'not used here');
    await site.start();
    const status = await site.control.status();
    assert.ok(status.kind === 'done');
    const pid = status.value.workers[0]?.pid;
    assert.ok(pid != null);
    const idle: Client[] = [];
    try {
      // The first ones pay for what all share: code that gets compiled, pools, the heap's first growth.
      for (let count = 0; count < 200; count += 1) idle.push(await greetedInTls(submissions));
      const before = residentOctets(pid);
      while (idle.length < CLIENTS + 200) {
        idle.push(...(await Promise.all(Array.from({ length: 50 }, () => greetedInTls(submissions)))));
      }
      const each = (residentOctets(pid) - before) / CLIENTS;
      context.diagnostic(`${Math.round(each / 1024)} KiB for each idle connection`);
      assert.ok(each <= COST, `${Math.round(each)} octets for each idle connection`);
      using busy = await Client.greeted({ port: transfer });
      await busy.ehlo();
      for (let count = 0; count < 200; count += 1) {
        assert.equal(
          (await busy.send('', ['bob@inbound.test'], `From: <a@client.test>\r\nSubject: ${count}\r\n\r\nx`))
            .code,
          250,
        );
      }
      for (const client of [idle.at(0), idle.at(-1)]) await client?.expect('NOOP', 250);
    } finally {
      for (const client of idle) client.close();
    }
  },
);
