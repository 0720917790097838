/** Runs the command line in a folder of its own, with streams that a test can read. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import { exampleConfig } from '../../config/mod.ts';
import type { ExitCode } from '../exit.ts';
import type { Input, Output } from '../io.ts';
import { runCli } from '../mod.ts';

export const NOW = Date.UTC(2026, 10, 24, 12, 30);

export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  /** What is typed at a terminal, an entry when a prompt shows the text before it: `['Password', 'secret\r']`. */
  readonly typed?: readonly (readonly [prompt: string, keys: string])[];
  /** stdout is a terminal. */
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder with `postern.yaml`, unless `yaml` is null. */
export async function site(t: TestContext, yaml: string | null = example()) {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-cli-'));
  t.after(() => rm(cwd, { recursive: true }));
  if (yaml !== null) await writeFile(join(cwd, 'postern.yaml'), yaml);
  return { cwd, run: (argv: readonly string[], options: RunOptions = {}) => run(cwd, argv, options) };
}

/** The configuration that `postern init` writes, for contoso.example. */
export function example(): string {
  return exampleConfig({ hostname: 'mail.contoso.example', domain: 'contoso.example' });
}

async function run(cwd: string, argv: readonly string[], options: RunOptions): Promise<Ran> {
  const { stdin = '', typed, terminal = false, env = {} } = options;
  const stdout = capture(terminal);
  const stderr = capture(typed !== undefined);
  const input = typed === undefined ? piped(stdin) : keyboard(stderr, typed);
  const code = await runCli(argv, {
    stdin: input,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env,
    cwd,
    clock: { now: () => NOW },
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

interface Capture {
  readonly stream: Output;
  text(): string;
}

function capture(isTTY: boolean): Capture {
  let text = '';
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => (text += chunk));
  return { stream, text: () => text };
}

function piped(text: string): Input {
  const stream = new PassThrough();
  stream.end(text);
  return stream;
}

/** Types the keys of each entry when the prompt has been shown. */
function keyboard(shown: Capture, typed: readonly (readonly [string, string])[]): Input {
  const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => keys });
  let next = 0;
  let from = 0;
  shown.stream.on('data', () => {
    const entry = typed[next];
    if (entry === undefined) return;
    const at = shown.text().indexOf(entry[0], from);
    if (at === -1) return;
    next += 1;
    from = at + entry[0].length;
    setImmediate(() => keys.write(entry[1]));
  });
  return keys;
}

/** Everything went to stderr and nothing to stdout, in so many words. */
export function assertFailed(ran: Ran, code: ExitCode, ...patterns: readonly RegExp[]): void {
  assert.equal(ran.code, code, ran.stderr);
  assert.equal(ran.stdout, '');
  for (const pattern of patterns) assert.match(ran.stderr, pattern);
}
