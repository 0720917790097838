/** Exim as a client: one process that takes a message and delivers it at once. `.ci/run` unpacks it beside Postfix. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';
import type { Way } from './ways.ts';

/** Its user is compiled in. */
const USER = 'Debian-exim';

/** Sends `message` and resolves with Exim's log of it. */
export async function sendByExim(
  way: Way,
  { from, to, message }: { from: string; to: string; message: string },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-exim-'));
  try {
    const path = (await run('sh', ['-c', 'command -v exim4'])).output.trim();
    await mkdir(join(folder, 'spool'));
    await writeFile(join(folder, 'exim.conf'), configuration(folder, way, path));
    await chmod(folder, 0o755);
    await run('chown', ['-R', `${USER}:${USER}`, join(folder, 'spool')]);
    const ran = await run(path, ['-C', join(folder, 'exim.conf'), '-odf', '-oi', '-f', from, to], {
      input: message,
    });
    const log = await readFile(join(folder, 'spool', 'mainlog'), 'utf8').catch(() => '');
    return `${ran.output}${log}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configuration(folder: string, { port, tls, login }: Way, path: string): string {
  const transport = [
    'driver = smtp',
    `port = ${port}`,
    'allow_localhost',
    'tls_verify_hosts =',
    'tls_try_verify_hosts =',
    tls === 'none' ? 'hosts_avoid_tls = *' : 'hosts_require_tls = *',
    ...(tls === 'implicit' ? ['protocol = smtps'] : []),
    ...(login === undefined ? [] : ['hosts_require_auth = *']),
  ];
  const authenticator =
    login === undefined
      ? []
      : [
          'plain:',
          'driver = plaintext',
          'public_name = PLAIN',
          `client_send = ^${login.user}^${login.password}`,
        ];
  return `${[
    'primary_hostname = client.exim.test',
    `exim_path = ${path}`,
    `spool_directory = ${join(folder, 'spool')}`,
    `log_file_path = ${join(folder, 'spool', '%slog')}`,
    'log_selector = +tls_cipher +smtp_confirmation',
    'keep_environment =',
    'trusted_users = root',
    'begin routers',
    'all:',
    'driver = manualroute',
    'transport = out',
    'route_list = * 127.0.0.1',
    'self = send',
    'begin transports',
    'out:',
    ...transport,
    'begin authenticators',
    ...authenticator,
  ].join('\n')}\n`;
}
