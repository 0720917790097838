import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXIT } from '../exit.ts';
import { assertFailed, site } from '../testing/kit.ts';

const NAMES = ['--hostname', 'mail.contoso.example', '--domain', 'contoso.example'];

test('init writes a configuration that check finds valid, and nothing else', async (t) => {
  const { run, cwd } = await site(t, null);
  const ran = await run(['init', ...NAMES]);
  assert.equal(ran.code, EXIT.yes);
  assert.equal(ran.stderr, '');
  assert.match(ran.stdout, /^Written: .*postern\.yaml\n/);
  assert.match(ran.stdout, /postern serve\n$/);
  assert.deepEqual(await readdir(cwd), ['postern.yaml']);
  assert.match(await readFile(join(cwd, 'postern.yaml'), 'utf8'), /^hostname: mail\.contoso\.example$/m);
  assert.equal((await run(['check'])).code, EXIT.yes);
});

test('init writes where -c says and names that file in what to do next', async (t) => {
  const { run, cwd } = await site(t, null);
  const ran = await run(['init', ...NAMES, '-c', 'other.yaml', '--data', './elsewhere']);
  assert.equal(ran.code, EXIT.yes);
  assert.match(ran.stdout, /postern check -c other\.yaml/);
  assert.deepEqual(await readdir(cwd), ['other.yaml']);
  assert.match(await readFile(join(cwd, 'other.yaml'), 'utf8'), /^data: \.\/elsewhere/m);
});

test('init never overwrites', async (t) => {
  const { run, cwd } = await site(t, 'precious');
  assertFailed(await run(['init', ...NAMES]), EXIT.usage, /there already/, /-c FILE/);
  assert.equal(await readFile(join(cwd, 'postern.yaml'), 'utf8'), 'precious');
});

test('init leaves nothing behind when the answers make no valid configuration', async (t) => {
  const { run, cwd } = await site(t, null);
  assertFailed(
    await run(['init', '--hostname', 'a b', '--domain', 'contoso.example']),
    EXIT.usage,
    /--hostname: a b/,
  );
  assertFailed(
    await run(['init', ...NAMES, '--data', '']),
    EXIT.usage,
    /nothing was written/,
    /postern\.yaml:/,
  );
  assert.deepEqual(await readdir(cwd), []);
});

test('init says which answer is missing when it cannot ask', async (t) => {
  const { run, cwd } = await site(t, null);
  assertFailed(await run(['init', '--hostname', 'mail.contoso.example']), EXIT.usage, /--domain is missing/);
  assert.deepEqual(await readdir(cwd), []);
});

test('init says so when the folder is not there', async (t) => {
  const { run } = await site(t, null);
  assertFailed(
    await run(['init', ...NAMES, '-c', 'missing/postern.yaml']),
    EXIT.usage,
    /cannot write .*missing/,
    /mkdir -p .*missing\n$/,
  );
});

test('init asks nothing when the file is there already', async (t) => {
  const { run } = await site(t, 'precious');
  assertFailed(await run(['init'], { typed: [] }), EXIT.usage, /there already/);
});

test('init takes what is typed in the place of what it offers', async (t) => {
  const { run, cwd } = await site(t, null);
  const ran = await run(['init', '--hostname', 'mail.contoso.example'], {
    typed: [['Domain whose mail', 'other.example\r']],
  });
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(await readFile(join(cwd, 'postern.yaml'), 'utf8'), /\{ domain: other\.example, inbound/);
});

test('init asks on a terminal for what is not given, and offers the parent domain', async (t) => {
  const { run, cwd } = await site(t, null);
  const ran = await run(['init', '--hostname', 'mail.contoso.example'], {
    typed: [['Domain whose mail', '\r']],
  });
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(await readFile(join(cwd, 'postern.yaml'), 'utf8'), /domain: contoso\.example, inbound/);
});

test('init asks again when an answer is no domain name', async (t) => {
  const { run, cwd } = await site(t, null);
  const ran = await run(['init', '--hostname', 'mail.contoso.example'], {
    typed: [
      ['Domain whose mail', ' x\r'],
      ['not a domain name', '\u007F\u007F\r'],
    ],
  });
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.deepEqual(await readdir(cwd), ['postern.yaml']);
});

test('init ends with 130 and without a file when somebody presses Ctrl-C', async (t) => {
  const { run, cwd } = await site(t, null);
  const ran = await run(['init'], { typed: [['Name of this server', '\u0003']] });
  assert.equal(ran.code, EXIT.interrupted);
  assert.equal(ran.stdout, '');
  assert.match(ran.stderr, /Nothing was written/);
  assert.deepEqual(await readdir(cwd), []);
});

test('init asks nothing with --yes', async (t) => {
  const { run, cwd } = await site(t, null);
  await writeFile(join(cwd, 'other'), '');
  assertFailed(
    await run(['init', '--yes', '--hostname', 'mail.contoso.example'], { typed: [] }),
    EXIT.usage,
    /--domain is missing/,
  );
});
