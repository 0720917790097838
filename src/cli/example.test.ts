import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { openAccountReader } from '../accounts/mod.ts';
import { loadConfig } from '../config/mod.ts';
import { isAddressError, parseMailbox } from '../mail/mod.ts';
import { systemClock } from '../std/mod.ts';
import { createConsole } from './console.ts';
import { describeTry, prepareExample } from './example.ts';
import type { Example } from './example.ts';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { site } from './testing/kit.ts';

function callIn(cwd: string, env: Record<string, string> = {}) {
  const stream = new PassThrough();
  const io = { stdin: stream, stdout: stream, stderr: stream, env, cwd, clock: systemClock };
  return { io, out: createConsole(io, false), configFile: undefined, options: {}, args: [], stream };
}

function made(result: Example | { readonly exit: ExitCode }): Example {
  if ('exit' in result) throw new Error(`exit ${result.exit}`);
  return result;
}

test('prepareExample() makes a valid configuration and an account, in a folder of its own', async (t) => {
  const { cwd } = await site(t, null);
  const example = made(await prepareExample(callIn(cwd)));
  assert.deepEqual(await readdir(cwd), ['example']);
  const loaded = await loadConfig(example.configPath);
  assert.ok('config' in loaded);
  const { config } = loaded;
  assert.ok(config.listeners.every(({ bind }) => bind.every(({ address }) => address.text === '127.0.0.1')));
  assert.equal(config.routing.outbound.kind, 'maildir');
  assert.ok(config.log.file?.startsWith(config.data));
  using accounts = openAccountReader(join(config.data, 'accounts.db'), { emit: () => {}, create: false });
  const alice = parseMailbox('alice@contoso.example');
  assert.ok(!isAddressError(alice));
  assert.equal(typeof accounts.find(alice), 'object');
  assert.ok((example.password ?? '').length >= 20);
});

test('prepareExample() finds the example of an earlier start and does not show the password again', async (t) => {
  const { cwd } = await site(t, null);
  await prepareExample(callIn(cwd));
  const call = callIn(cwd);
  const again = made(await prepareExample(call));
  assert.equal(again.password, undefined);
  assert.match(
    describeTry(again, call.io, 5),
    /its password was shown at the first start.*passwd -c example\/postern\.yaml alice@/,
  );
});

test('prepareExample() touches no folder that is not its own', async (t) => {
  const { cwd } = await site(t, null);
  await mkdir(join(cwd, 'example'));
  await writeFile(join(cwd, 'example', 'precious'), '');
  const call = callIn(cwd);
  assert.deepEqual(await prepareExample(call), { exit: EXIT.cannotTell });
  assert.match(String(call.stream.read()), /cannot make the example/);
  assert.deepEqual(await readdir(join(cwd, 'example')), ['precious']);
});

test('prepareExample() leaves nothing behind after a failure', async (t) => {
  const { cwd } = await site(t, null);
  const call = callIn(cwd);
  const clock = {
    now: (): number => {
      throw new Error('no time');
    },
  };
  await assert.rejects(prepareExample({ ...call, io: { ...call.io, clock } }), /no time/);
  assert.equal(existsSync(join(cwd, 'example')), false);
});

test('describeTry() names the command as it can be called', async (t) => {
  const { cwd } = await site(t, null);
  const call = callIn(cwd);
  const example = made(await prepareExample(call));
  assert.match(describeTry(example, call.io, 5), /\n {2}postern explain -c example\/postern\.yaml /);
  const npm = callIn(cwd, { npm_lifecycle_event: 'start' });
  assert.match(
    describeTry(example, npm.io, 5),
    /\n {2}npm run -s postern -- explain -c example\/postern\.yaml /,
  );
});
