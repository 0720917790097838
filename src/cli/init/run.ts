/** Running `postern init`. */
import { lstat, open, unlink } from 'node:fs/promises';
import { hostname as systemHostname } from 'node:os';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { cancel, isCancel, text } from '@clack/prompts';
import { CONFIG_LOCATIONS, EXAMPLE_PORTS, exampleConfig, loadConfig } from '../../config/mod.ts';
import type { ExampleOptions } from '../../config/mod.ts';
import { parseDomain } from '../../mail/mod.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { describeProblems } from '../problems.ts';
import { errorText } from '../../std/mod.ts';

export interface Options {
  readonly hostname?: string;
  readonly domain?: string;
  readonly data: string;
  readonly yes?: true;
}

export async function runInit(call: Call<Options>): Promise<ExitCode> {
  const path = pathOf(call);
  // Before anything is asked: the answers would be for nothing.
  if (await exists(path)) return tellExists(call, path);
  const answers = await chooseAnswers(call);
  if ('exit' in answers) return answers.exit;
  const written = await writeNew(call, path, exampleConfig(answers));
  if (written !== EXIT.yes) return written;
  const loaded = await loadConfig(path);
  if ('problems' in loaded) {
    await unlink(path);
    call.out.fail('these answers make no valid configuration, so nothing was written');
    call.out.note(describeProblems(loaded.problems));
    return EXIT.usage;
  }
  call.out.answer(describeNext(path, answers, call));
  return EXIT.yes;
}

function pathOf({ io, configFile }: Call<Options>): string {
  const folder = relative(process.cwd(), io.cwd);
  const path = configFile ?? CONFIG_LOCATIONS[0];
  return isAbsolute(path) ? path : join(folder, path);
}

/** The answers, from the options, a prompt or the machine; or the exit code when there is none. */
async function chooseAnswers(call: Call<Options>): Promise<ExampleOptions | { readonly exit: ExitCode }> {
  const { options, io } = call;
  const asks = options.yes !== true && io.stdin.isTTY === true && io.stderr.isTTY === true;
  const own = parseDomain(systemHostname());
  // A name without a dot is no name that other servers know.
  const guess = own?.includes('.') === true ? own : undefined;
  const hostname = options.hostname ?? (asks ? await ask(call, 'Name of this server', guess) : guess);
  if (hostname === undefined) return { exit: asks ? EXIT.interrupted : tellMissing(call, 'hostname') };
  const domain =
    options.domain ??
    (asks ? await ask(call, 'Domain whose mail is received here', parentOf(hostname)) : undefined);
  if (domain === undefined) return { exit: asks ? EXIT.interrupted : tellMissing(call, 'domain') };
  for (const [option, value] of Object.entries({ hostname, domain })) {
    if (parseDomain(value) !== undefined) continue;
    call.out.fail(`--${option}: ${value} is not a domain name`, 'Write it such as mail.contoso.example.');
    return { exit: EXIT.usage };
  }
  return { hostname, domain, data: options.data };
}

function tellMissing({ out }: Call<Options>, option: string): ExitCode {
  out.fail(
    `--${option} is missing`,
    'For example: postern init --hostname mail.contoso.example --domain contoso.example',
  );
  return EXIT.usage;
}

/** `mail.contoso.example` is most likely the server of contoso.example. */
function parentOf(hostname: string): string | undefined {
  const labels = hostname.split('.');
  return labels.length > 2 ? labels.slice(1).join('.') : hostname;
}

/** The answer of somebody at the terminal; undefined when they gave up. */
async function ask(
  { io }: Call<Options>,
  message: string,
  guess: string | undefined,
): Promise<string | undefined> {
  const streams = { input: io.stdin, output: io.stderr };
  const answer = await text({
    ...streams,
    message,
    // Shown, taken by Enter, and replaced by what is typed.
    ...(guess === undefined ? {} : { placeholder: guess, defaultValue: guess }),
    validate: (value = '') => {
      const name = value === '' ? guess : value;
      return name === undefined || parseDomain(name) === undefined ? 'That is not a domain name.' : undefined;
    },
  });
  if (!isCancel(answer)) return answer;
  cancel('Nothing was written.', streams);
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function tellExists({ out }: Call<Options>, path: string): ExitCode {
  out.fail(
    `${path} is there already, and is not overwritten`,
    'Name another file with -c FILE, or look at this one with: postern check',
  );
  return EXIT.usage;
}

/** Writes a file that is not there yet; leaves nothing behind when that fails. */
async function writeNew(call: Call<Options>, path: string, content: string): Promise<ExitCode> {
  const { out } = call;
  let file;
  try {
    file = await open(path, 'wx', 0o644);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return tellExists(call, path);
    if (code === 'ENOENT') {
      const folder = dirname(path);
      out.fail(`cannot write ${path}: there is no folder ${folder}`, `Make it with: mkdir -p ${folder}`);
    } else {
      out.fail(`cannot write ${path}: ${error.message}`, 'Name a file that you may write with -c FILE.');
    }
    return EXIT.usage;
  }
  try {
    await file.writeFile(content);
    await file.close();
    return EXIT.yes;
  } catch (error) {
    await file.close();
    await unlink(path);
    out.fail(`cannot write ${path}: ${errorText(error)}`, 'Nothing was left behind.');
    return EXIT.cannotTell;
  }
}

function describeNext(
  path: string,
  { domain, data = './data' }: ExampleOptions,
  { out, configFile }: Call<Options>,
): string {
  const { transfer, submission, submissions } = EXAMPLE_PORTS;
  const option = configFile === undefined ? '' : ` -c ${configFile}`;
  return [
    `${out.style.good('Written:')} ${path}`,
    `It listens on loopback only: ${transfer} for other servers, ${submission} and ${submissions} for people who sign in.`,
    `It receives mail for ${domain} and relays only for accounts that signed in. Its data will be in ${data}.`,
    '',
    'Next:',
    `  postern account add${option} you@${domain}`,
    `  postern check${option}`,
    `  postern serve${option}`,
  ].join('\n');
}
