import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { Command } from 'commander';
import { serveControl } from '../api/mod.ts';
import { memoryBackend } from '../api/testing/memoryBackend.ts';
import { systemClock } from '../std/mod.ts';
import { PosternCommand } from './command.ts';
import { EXIT } from './exit.ts';
import { cliReference } from './mod.ts';
import { createProgram } from './program.ts';
import { assertFailed, site } from './testing/kit.ts';

function allCommands(): PosternCommand[] {
  const nowhere = new PassThrough();
  const io = { stdin: nowhere, stdout: nowhere, stderr: nowhere, env: {}, cwd: '/', clock: systemClock };
  const walk = (command: Command): PosternCommand[] =>
    command.commands.flatMap((child) => [
      ...(child instanceof PosternCommand ? [child] : []),
      ...walk(child),
    ]);
  return walk(createProgram(io, { code: EXIT.yes }));
}

function wordsOf(command: Command): string[] {
  return command.parent === null ? [] : [...wordsOf(command.parent), command.name()];
}

test('runCli() shows help with an example for every command', async (t) => {
  const { run } = await site(t, null);
  const commands = allCommands();
  assert.ok(commands.length > 24, String(commands.length));
  for (const command of commands) {
    const words = wordsOf(command);
    const { code, stdout, stderr } = await run([...words, '--help']);
    assert.equal(code, EXIT.yes);
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`Usage: postern ${words.join(' ')}`));
    assert.match(stdout, /Examples:\n {2}\$ postern /, words.join(' '));
    assert.ok(command.summary() !== '' && command.description() !== '', words.join(' '));
    assert.match(stdout, /--config/);
  }
});

test('cliReference() has a section for every command that does something', () => {
  const page = cliReference();
  for (const command of allCommands()) {
    const title = `## postern ${wordsOf(command).join(' ')}\n`;
    assert.equal(page.includes(title), command.commands.length === 0, title);
  }
});

test('runCli() says how a configuration is named that was typed as an argument', async (t) => {
  const { run } = await site(t, null);
  const ran = await run(['check', 'my new.yaml']);
  assertFailed(
    ran,
    EXIT.usage,
    /named with -c: postern check -c 'my new\.yaml'/,
    /See: postern check --help/,
  );
  const diff = await run(['diff', 'a.yaml', 'b.yaml', 'c.yaml']);
  assert.equal(diff.code, EXIT.usage);
  assert.doesNotMatch(diff.stderr, /named with -c/);
});

test('runCli() suggests the command or option that was meant', async (t) => {
  const { run } = await site(t, null);
  assertFailed(await run(['chek']), EXIT.usage, /Did you mean check\?/, /See: postern --help/);
  assertFailed(await run(['queue', 'lst']), EXIT.usage, /Did you mean list\?/, /See: postern queue --help/);
  const option = await run(['explain', '--form', '192.0.2.1', 'a@b.example']);
  assertFailed(option, EXIT.usage, /Did you mean --from\?/, /See: postern explain --help/);
});

test('runCli() refuses missing and superfluous arguments', async (t) => {
  const { run } = await site(t, null);
  assertFailed(await run(['trace']), EXIT.usage, /missing required argument 'what'/);
  assertFailed(await run(['explain']), EXIT.usage, /the recipient is missing/, /--session ID/);
  assertFailed(await run(['status', 'now']), EXIT.usage, /too many arguments/);
  assertFailed(await run([]), EXIT.usage, /Usage: postern/);
  assertFailed(await run(['queue']), EXIT.usage, /Usage: postern queue/);
  assertFailed(await run(['queue', 'list', '--json', '--plain']), EXIT.usage, /cannot be used with/);
});

test('runCli() says where it looked when there is no configuration', async (t) => {
  const { run } = await site(t, null);
  for (const argv of [['check'], ['status'], ['account', 'list'], ['explain', '--from', '::1', 'a@b.test']]) {
    assertFailed(
      await run(argv),
      EXIT.usage,
      /postern\.yaml nor \/etc\/postern\/postern\.yaml/,
      /postern init/,
    );
  }
});

test('runCli() takes -c before and after the command, relative to the folder', async (t) => {
  const { run } = await site(t);
  assert.equal((await run(['-c', 'postern.yaml', 'check'])).code, EXIT.yes);
  assert.equal((await run(['check', '-c', './postern.yaml'])).code, EXIT.yes);
  assertFailed(await run(['status', '-c', 'missing.yaml']), EXIT.usage, /missing\.yaml/);
});

test('runCli() colours verdicts on a terminal only, and obeys NO_COLOR, TERM=dumb and --no-color', async (t) => {
  const { run } = await site(t);
  const colour = '\u001B[32mProved.';
  assert.ok((await run(['check'], { terminal: true })).stdout.startsWith(colour));
  assert.ok((await run(['check'], { terminal: true, env: { NO_COLOR: '' } })).stdout.startsWith(colour));
  for (const ran of [
    await run(['check']),
    await run(['check'], { terminal: true, env: { NO_COLOR: '1' } }),
    await run(['check'], { terminal: true, env: { TERM: 'dumb' } }),
    await run(['check', '--no-color'], { terminal: true }),
  ]) {
    assert.ok(ran.stdout.startsWith('Proved.'));
    assert.ok(!ran.stdout.includes('\u001B'));
  }
});

test('version prints the version of the package, and reads no configuration', async (t) => {
  const { run } = await site(t, null);
  const text = await run(['version']);
  assert.match(text.stdout, /^postern \d+\.\d+\.\d+\n$/);
  const json: Record<string, unknown> = JSON.parse((await run(['version', '--json'])).stdout);
  assert.equal(json['schema'], 'postern.version/1');
  assert.equal(`postern ${String(json['version'])}\n`, text.stdout);
  assertFailed(await run(['version', '-c', 'x']), EXIT.usage, /reads no configuration/);
});

test('--version is version, for whoever tries that first', async (t) => {
  const { run } = await site(t, null);
  const { stdout } = await run(['version']);
  for (const option of ['--version', '-V']) {
    assert.deepEqual(await run([option]), { code: EXIT.yes, stdout, stderr: '' });
  }
});

test('serve tells what is wrong with the configuration and does not start', async (t) => {
  const { run } = await site(t, 'hostname: mail.contoso.example\nreroutes: true\n');
  assertFailed(await run(['serve']), EXIT.usage, /not started/, /postern\.yaml:2:1: unknown key/);
  assertFailed(await run(['serve', '--example', '-c', 'x']), EXIT.usage, /configuration of its own/);
});

test('serve does not start where another Postern runs', async (t) => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  assert.ok(address !== null && typeof address === 'object');
  const { run, cwd } = await site(
    t,
    `hostname: mail.contoso.example\nlisteners: { internet: { bind: ["127.0.0.1:${address.port}"] } }\nlog: { file: ./log }\n`,
  );
  await mkdir(join(cwd, 'data'));
  await using _other = await serveControl({
    path: join(cwd, 'data', 'control.sock'),
    backend: memoryBackend(),
    emit: () => {},
  });
  assertFailed(
    await run(['serve']),
    EXIT.cannotTell,
    /not started: another Postern runs on this data folder/,
  );
});
