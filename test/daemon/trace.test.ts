/** What an administrator asks of the mail of a real daemon, after the fact: trace, explain and replay. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import { postern } from '../kit/postern.ts';
import type { CliResult, Site } from '../kit/postern.ts';
import { until } from '../kit/until.ts';
import { OFFICE, configuration, running } from './site.ts';

/** What a command says once it says something that fits. */
async function saysOnce(site: Site, argv: readonly string[], fits: RegExp): Promise<CliResult> {
  let last = await site.cli(...argv);
  await until(
    async () => {
      if (fits.test(last.stdout)) return true;
      last = await site.cli(...argv);
      return fits.test(last.stdout);
    },
    `${argv.join(' ')} to say ${String(fits)}`,
  );
  return last;
}

test('trace follows a message from its connection into the queue, and out of it', async () => {
  await using run = await running({ domains: '    - { domain: away.test, forward: "127.0.0.1:1" }' });
  const { site, port } = run;
  using client = await Client.greeted({ port });
  await client.ehlo();
  const content = 'From: <alice@client.test>\r\nMessage-ID: <one@client.test>\r\n\r\nx';
  const reply = await client.send('alice@client.test', ['bob@inbound.test', 'x@away.test'], content);
  const [id = ''] = /[0-9A-HJKMNP-TV-Z]{18}/.exec(reply.text) ?? [];
  const waiting = await saysOnce(site, ['trace', id], /delivered[^]*deferred|deferred[^]*delivered/);
  assert.equal(waiting.code, 0, waiting.stderr);
  assert.match(
    waiting.stdout,
    new RegExp(`^Not finished: message ${id} to 2 recipients: 1 in the queue, 1 delivered\\.\n`),
  );
  assert.match(
    waiting.stdout,
    /session \S+, mail 1: 127\.0\.0\.1 \(probe\.test\) to 127\.0\.0\.1 on internet, not signed in/,
  );
  assert.match(waiting.stdout, /to x@away\.test: accepted, route away\.test: 250 2\.1\.5 Recipient accepted/);
  assert.match(waiting.stdout, /\nNow: x@away\.test is in the queue, 1 attempt, next try in /);
  assert.equal((await site.cli('queue', 'delete', id)).code, 0);
  const gone = await saysOnce(site, ['trace', '<one@client.test>'], /deleted/);
  assert.match(
    gone.stdout,
    new RegExp(`^Deleted: message ${id} to 2 recipients: 1 deleted by an administrator, 1 delivered\\.\n`),
  );
  assert.match(gone.stdout, /\nNow: it is no longer in the queue\.\n/);
  await site.stop();
  const stopped = await site.cli('trace', 'X@away.test');
  assert.match(
    stopped.stdout,
    new RegExp(` ${id} +127\\.0\\.0\\.1 +alice@client\\.test +bob@inbound\\.test \\+1 +deleted`),
  );
  const whole = await site.cli('trace', id);
  assert.match(
    whole.stdout,
    /\nNow: cannot tell what is in the queue, since no Postern runs on this data folder\.\n/,
  );
});

test('a refusal is explained by the name it ends in, and a replay says what another policy would have done', async () => {
  await using run = await running({ allow: OFFICE });
  const { site, port } = run;
  using stranger = await Client.greeted({ port });
  await stranger.ehlo();
  await stranger.expect('MAIL FROM:<a@client.test>', 250);
  const refusal = await stranger.expect('RCPT TO:<x@outside.test>', 550);
  const [, session = ''] = /\[([^\]]+)\]$/.exec(refusal.lines.join(' ')) ?? [];
  using office = await Client.greeted({ port, localAddress: '127.0.1.7' });
  await office.ehlo();
  await office.send('a@client.test', ['x@outside.test'], 'From: <a@client.test>\r\nSubject: s\r\n\r\nx');
  await saysOnce(site, ['trace', 'x@outside.test'], /127\.0\.1\.7/);
  const explained = await site.cli('explain', '--session', session);
  assert.equal(explained.code, 1, explained.stderr);
  assert.match(explained.stdout, /^Refused: 550 5\.7\.1\.\n/);
  assert.match(explained.stdout, /\nThe same then: 550 5\.7\.1 Relaying to outside\.test is prohibited/);
  const same = await site.cli('replay');
  assert.equal(same.code, 0, same.stderr);
  assert.match(same.stdout, /^No difference\. All 2 decisions of the last 7 days stay as they were\.\n/);
  const candidate = join(site.folder, 'candidate.yaml');
  await writeFile(candidate, configuration({ port }));
  const replayed = await postern(['replay', '-c', candidate, '--since', '1d']);
  assert.equal(replayed.code, 1, replayed.stderr);
  assert.match(
    replayed.stdout,
    /\nCloses relaying for 127\.0\.1\.7 to outside\.test, let in by grant office: 1 mail, last today \d\d:\d\d UTC\. It would get 550 5\.7\.1\.\n/,
  );
  assert.match(replayed.stdout, /\nNothing else changes: 1 decision stays as it was\.\n/);
});
