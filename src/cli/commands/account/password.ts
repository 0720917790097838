/**
 * Where a password comes from. Never from the command line, where other users of the machine see it: from stdin, from a prompt that
 * does not show it, or made here and printed once.
 */
import { Option } from 'commander';
import type { Call } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import type { ExitCode } from '../../exit.ts';
import type { Input } from '../../io.ts';

export interface PasswordOptions {
  readonly passwordStdin?: true;
}

export interface ChosenPassword {
  readonly password: string;
  /** Nobody knows it yet, so it has to be shown. */
  readonly generated: boolean;
}

/** --password-stdin */
export function passwordStdinOption(): Option {
  const option = new Option(
    '--password-stdin',
    'read the password from standard input, without its line end',
  );
  // --no-password
  return option.conflicts('password');
}

/** The password, or the exit code when there is none. */
export async function choosePassword(
  call: Call<PasswordOptions>,
): Promise<ChosenPassword | { readonly exit: ExitCode }> {
  if (call.options.passwordStdin) return readPassword(call);
  const { stdin, stderr } = call.io;
  return stdin.isTTY === true && stderr.isTTY === true ? askPassword(call) : makePassword();
}

async function makePassword(): Promise<ChosenPassword> {
  const { generatePassword } = await import('../../../accounts/mod.ts');
  return { password: generatePassword(), generated: true };
}

async function readPassword({ io, out }: Call<unknown>): Promise<ChosenPassword | { exit: ExitCode }> {
  const { MAX_PASSWORD_OCTETS } = await import('../../../accounts/mod.ts');
  // Two octets more than a password may have: its line end.
  const text = await readUpTo(io.stdin, MAX_PASSWORD_OCTETS + 2);
  const password = text?.replace(/\r?\n$/, '');
  if (password === undefined || /[\r\n]/.test(password)) {
    out.fail('standard input holds more than one password', 'Give one line of at most 1,024 octets.');
    return { exit: EXIT.usage };
  }
  if (password === '') {
    out.fail('standard input holds no password', 'For example: printf %s "$PASSWORD" | postern account …');
    return { exit: EXIT.usage };
  }
  return { password, generated: false };
}

/** The whole input as text, or undefined when it is longer than `most` octets. */
async function readUpTo(input: Input, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of input) {
    const part = Buffer.from(chunk);
    octets += part.length;
    if (octets > most) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function askPassword({ io, out }: Call<unknown>): Promise<ChosenPassword | { exit: ExitCode }> {
  const { isCancel, password: promptPassword } = await import('@clack/prompts');
  const streams = { input: io.stdin, output: io.stderr };
  const first = await promptPassword({ ...streams, message: 'Password (leave it empty and one is made)' });
  if (isCancel(first)) return { exit: EXIT.interrupted };
  // clack answers undefined for an empty line.
  if ((first ?? '') === '') return makePassword();
  const second = await promptPassword({ ...streams, message: 'The same password again' });
  if (isCancel(second)) return { exit: EXIT.interrupted };
  if (first === second) return { password: first, generated: false };
  out.fail('the two passwords are not the same', 'Nothing was changed. Try again.');
  return { exit: EXIT.usage };
}
