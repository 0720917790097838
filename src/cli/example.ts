/** The example of `postern serve --example`: a folder of its own, loopback ports, one account, and no mail leaves the machine. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  describeAccountProblem,
  generatePassword,
  isAccountProblem,
  openAccountStore,
} from '../accounts/mod.ts';
import { EXAMPLE_PORTS, exampleConfig } from '../config/mod.ts';
import type { Call } from './command.ts';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { CliIo } from './io.ts';
import { errorText, DATA_FOLDER } from '../std/mod.ts';
import { formatSpan } from './quantity.ts';

const FOLDER = 'example';
const HOSTNAME = 'mail.contoso.example';
const DOMAIN = 'contoso.example';
const ACCOUNT = `alice@${DOMAIN}`;
/** Nobody has it: RFC 2606. */
const STRANGER = 'bob@elsewhere.example';

export interface Example {
  readonly folder: string;
  readonly configPath: string;
  /** Only when the account was made just now: it is kept nowhere. */
  readonly password: string | undefined;
}

/** Makes the example, or finds that of an earlier start; leaves nothing behind when that fails. */
export async function prepareExample({
  io,
  out,
}: Call<unknown>): Promise<Example | { readonly exit: ExitCode }> {
  const folder = join(io.cwd, FOLDER);
  const configPath = join(folder, 'postern.yaml');
  if (await exists(configPath)) return { folder, configPath, password: undefined };
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const reason = errorText(error);
    out.fail(
      `cannot make the example in ${folder}: ${reason}`,
      'Run the command in another folder, or remove that one.',
    );
    return { exit: EXIT.cannotTell };
  }
  try {
    await writeFile(configPath, exampleText(), { flag: 'wx' });
    return { folder, configPath, password: await addAccount(join(folder, 'data', DATA_FOLDER.accounts), io) };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

function exampleText(): string {
  const text = exampleConfig({ hostname: HOSTNAME, domain: DOMAIN, outbound: 'folder' });
  return `${text}\n# The terminal stays free for what to try.\nlog: { file: ./data/postern.log }\n`;
}

async function addAccount(path: string, { clock }: CliIo): Promise<string> {
  using store = openAccountStore(path, { clock });
  const password = generatePassword();
  const account = await store.add({ address: ACCOUNT, password });
  if (isAccountProblem(account)) throw new Error(describeAccountProblem(account));
  return password;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What to try, once it runs. */
export function describeTry(example: Example, io: CliIo, startedInMs: number): string {
  const { transfer, submission, submissions } = EXAMPLE_PORTS;
  const folder = relative(io.cwd, example.folder);
  const config = relative(io.cwd, example.configPath);
  // Under npm the command is not in the path.
  const postern = io.env['npm_lifecycle_event'] === undefined ? 'postern' : 'npm run -s postern --';
  const password = example.password ?? 'PASSWORD';
  const passwordLine =
    example.password === undefined
      ? `Account ${ACCOUNT}; its password was shown at the first start. Another one: ${postern} account passwd -c ${config} ${ACCOUNT}`
      : `Account ${ACCOUNT}, password ${password} (shown this once)`;
  return [
    `Postern runs, started in ${startedInMs < 1000 ? `${startedInMs} ms` : formatSpan(startedInMs)}. Ctrl-C stops it and loses nothing.`,
    `  Configuration  ${config}; data and log in ${folder}/data`,
    `  Ports          ${transfer} for other servers; ${submission} (STARTTLS) and ${submissions} (TLS) for people; all on 127.0.0.1`,
    `  Relaying       only for accounts that signed in. Mail to other domains goes to ${folder}/data/outbound, not out.`,
    `  ${passwordLine}`,
    '',
    'Try this in another terminal:',
    '',
    'Mail for a mailbox here is accepted, from anyone:',
    `  ${curl(transfer, { from: STRANGER, to: ACCOUNT })}`,
    `  ls ${folder}/data/mail/${ACCOUNT}/new`,
    '',
    'A stranger cannot relay (550 5.7.1, with the reason):',
    `  ${swaks(transfer, `--from ${STRANGER} --to ${STRANGER}`)}`,
    '',
    'Who signs in can:',
    `  ${curl(submission, { from: ACCOUNT, to: STRANGER }, `--ssl-reqd -k --user '${ACCOUNT}:${password}' `)}`,
    `  ${swaks(submission, `-tls -au ${ACCOUNT} -ap '${password}' --from ${ACCOUNT} --to ${STRANGER}`)}`,
    '',
    'Why?',
    `  ${postern} explain -c ${config} --from 203.0.113.9 ${STRANGER}`,
  ].join('\n');
}

function curl(port: number, mail: { readonly from: string; readonly to: string }, options = ''): string {
  const message = String.raw`printf 'From: ${mail.from}\r\nSubject: Hello\r\n\r\nHello.\r\n'`;
  return `${message} | curl -sS smtp://127.0.0.1:${port} ${options}--mail-from ${mail.from} --mail-rcpt ${mail.to} -T -`;
}

function swaks(port: number, options: string): string {
  return `swaks --server 127.0.0.1:${port} ${options}`;
}
