import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isOn, linesOf, readFiles, setting, settingsOf } from './files.ts';
import type { FileName, HarakaFiles } from './files.ts';

function files(name: FileName, text: string): HarakaFiles {
  return { folder: '/etc/haraka', texts: new Map([[name, text]]) };
}

test('linesOf() leaves out comments and empty lines, and keeps the numbers', () => {
  assert.deepEqual(linesOf(files('host_list', '# a\r\n; b\n\n  contoso.example  \nx # y'), 'host_list'), [
    { line: 4, text: 'contoso.example' },
    { line: 5, text: 'x # y' },
  ]);
  assert.deepEqual(linesOf(files('host_list', 'a'), 'me'), []);
});

test('settingsOf() reads sections, continued lines, lists, and keeps the last of a key', () => {
  const read = settingsOf(
    files('tls.ini', 'a=1\n a = 2 \n; a=3\nb=x\\\n y\nk[]=1\nk[]=2\nalone\n[ s ]\na=true=1\n'),
    'tls.ini',
  );
  assert.deepEqual(
    read.map(({ section, key, text, line }) => `${line} ${section} ${key} ${text}`),
    ['2 main a 2', '5 main b x y', '6 main k 1', '7 main k 2', '8 main alone ', '10 s a true=1'],
  );
  assert.equal(setting(read, 'a')?.text, '2');
  assert.equal(setting(read, 'a', 's')?.text, 'true=1');
});

test('isOn() knows the words of Haraka', () => {
  const one = (text: string) => ({ section: 'relay', key: 'all', text, line: 1 });
  assert.deepEqual(
    ['true', 'Yes', 'on', '1', 'enabled', 'false', '', '2'].map((text) => isOn(one(text), true)),
    [true, true, true, true, true, false, false, false],
  );
  assert.equal(isOn(undefined, true), true);
});

test('readFiles() finds the config folder in the folder of Haraka, and says when there is none', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-haraka-'));
  t.after(() => rm(folder, { recursive: true }));
  const none = readFiles(folder);
  assert.ok('problems' in none);
  assert.equal(none.problems[0].message, 'there is no such file, so this is not the folder of a Haraka');
  const missing = readFiles(join(folder, 'missing'));
  assert.ok('problems' in missing && missing.problems[0].message === 'there is no such folder');
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config', 'plugins'), 'relay\n');
  for (const one of [folder, join(folder, 'config')]) {
    const found = readFiles(one);
    assert.ok('texts' in found);
    assert.equal(found.texts.get('plugins'), 'relay\n');
  }
  await writeFile(join(folder, 'config', 'host_list'), Buffer.from('a\nb\0c'));
  const binary = readFiles(folder);
  assert.ok('problems' in binary);
  assert.deepEqual(binary.problems[0].place, { file: 'host_list', line: 2, column: 2 });
});
