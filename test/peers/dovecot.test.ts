/** Dovecot as the mailbox server behind us, over LMTP. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import { needs, PATHS } from '../kit/peers.ts';
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';
import { until } from '../kit/until.ts';

/** It changes users as it starts. */
const skip = needs('dovecot') || (userInfo().uid === 0 ? false : 'Dovecot must be started by root');

interface Dovecot extends AsyncDisposable {
  readonly socket: string;
  mail(user: string): Promise<string[]>;
}

async function startDovecot(): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-dovecot-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'mail'), { mode: 0o777 });
  await chmod(join(folder, 'mail'), 0o777);
  const socket = join(folder, 'lmtp');
  await writeFile(
    join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = lmtp
ssl = no
mail_location = maildir:${folder}/mail/%u
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${folder}/mail/%u allow_all_users=yes
}
first_valid_uid = 1
first_valid_gid = 1
service lmtp {
  unix_listener ${socket} {
    mode = 0666
  }
}
`,
  );
  const child = spawn('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { env: PATHS, stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await until(
    () =>
      stat(socket).then(
        () => true,
        () => false,
      ),
    'the socket of Dovecot',
  );
  const mail = async (user: string): Promise<string[]> => {
    const inbox = join(folder, 'mail', user, 'new');
    const names = await readdir(inbox).catch(() => []);
    return Promise.all(names.map((name) => readFile(join(inbox, name), 'latin1')));
  };
  const dispose = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  return { socket, mail, [Symbol.asyncDispose]: dispose };
}

test('Dovecot over LMTP: each recipient gets the message, as it was sent', { skip }, async () => {
  await using dovecot = await startDovecot();
  const port = await freePort();
  await using site = await Site.create(`
hostname: mx.inbound.test
listeners: { internet: { bind: ["127.0.0.1:${port}"] } }
routing:
  domains: [{ domain: inbound.test, inbound: true }]
  inbound: { lmtp: "unix:${dovecot.socket}" }
`);
  await site.addAccount('bob@inbound.test', 'not used here');
  await site.addAccount('carol@inbound.test', 'not used here');
  await site.start();
  using client = await Client.greeted({ port });
  await client.ehlo();
  const recipients = ['bob@inbound.test', 'carol@inbound.test'];
  assert.equal(
    (
      await client.send(
        'a@outside.test',
        recipients,
        'From: <a@client.test>\r\nSubject: by LMTP\r\n\r\n.dot\r\n..dots',
      )
    ).code,
    250,
  );
  for (const user of recipients) {
    await until(async () => (await dovecot.mail(user)).length === 1, `mail for ${user}`);
    const [mail] = await dovecot.mail(user);
    assert.match(mail ?? '', /^Return-Path: <a@outside\.test>\r?\n/);
    assert.match(mail ?? '', /\r?\n\.dot\r?\n\.\.dots\r?\n$/);
  }
  await site.emptied();
});
