import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findConfig, formatProblems, loadConfig } from './mod.ts';
import { ensureCertificate } from '../listener/mod.ts';

class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'postern-config-')));
  }

  async write(name: string, content: string | Buffer): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, content);
    return path;
  }

  /** Loads a configuration, and writes its problems with the folder called `.`. */
  async problems(text: string | Buffer): Promise<string> {
    const reading = await loadConfig(await this.write('postern.yaml', text));
    assert.ok('problems' in reading, 'it was loaded');
    return formatProblems(reading.problems, { color: false }).replaceAll(this.path, '.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}

const HEAD = 'hostname: mail.contoso.example\n';

test('loadConfig() resolves paths against the folder of the file', async () => {
  await using folder = await Folder.make();
  const reading = await loadConfig(await folder.write('postern.yaml', HEAD));
  assert.ok('config' in reading);
  assert.equal(reading.config.data, join(folder.path, 'data'));
  assert.equal(reading.config.file, join(folder.path, 'postern.yaml'));
});

test('loadConfig() says why a file cannot be read', async () => {
  await using folder = await Folder.make();
  const missing = await loadConfig(join(folder.path, 'none.yaml'));
  assert.ok('problems' in missing);
  assert.equal(missing.problems[0].message, 'the configuration cannot be read: there is no such file');
  const isFolder = await loadConfig(folder.path);
  assert.ok('problems' in isFolder);
  assert.equal(isFolder.problems[0].message, 'the configuration cannot be read: it is a folder');
  assert.equal(
    await folder.problems(Buffer.from([0x68, 0xff])),
    './postern.yaml:1:1: the file is not UTF-8 text',
  );
});

test('loadConfig() takes a certificate and its key', async () => {
  await using folder = await Folder.make();
  const { certificate, key } = await ensureCertificate(folder.path, 'mail.contoso.example', Date.now());
  await folder.write('cert.pem', certificate);
  await folder.write('key.pem', key);
  const reading = await loadConfig(
    await folder.write('postern.yaml', `${HEAD}tls: { certificate: cert.pem, key: ./key.pem }\n`),
  );
  assert.ok('config' in reading, JSON.stringify(reading));
});

test('loadConfig() looks into the files that it is given', async () => {
  await using folder = await Folder.make();
  const { certificate, key } = await ensureCertificate(folder.path, 'mail.contoso.example', Date.now());
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'secret' };
  await folder.write('cert.pem', certificate);
  await folder.write('key.pem', key);
  await folder.write('other.pem', other.export({ type: 'pkcs8', format: 'pem' }));
  await folder.write('locked.pem', other.export({ type: 'pkcs8', format: 'pem', ...cipher }));
  await folder.write('empty.pem', '');
  const tls = (certificate: string, key: string): string =>
    `${HEAD}tls: { certificate: ${certificate}, key: ${key} }\n`;
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'none.pem',
      'key.pem',
      './postern.yaml:2:21: the certificate file ./none.pem cannot be read: there is no such file',
    ],
    [
      'cert.pem',
      'none.pem',
      './postern.yaml:2:36: the key file ./none.pem cannot be read: there is no such file',
    ],
    [
      'key.pem',
      'key.pem',
      './postern.yaml:2:21: the certificate in ./key.pem cannot be used. The certificate is not an X.509 certificate in PEM form.',
    ],
    [
      'cert.pem',
      'empty.pem',
      './postern.yaml:2:36: the key in ./empty.pem cannot be used. The private key is not a private key in PEM form.',
    ],
    [
      'cert.pem',
      'other.pem',
      './postern.yaml:2:36: the key in ./other.pem cannot be used. The private key does not belong to the certificate of CN=mail.contoso.example.',
    ],
    [
      'cert.pem',
      'locked.pem',
      './postern.yaml:2:36: the key in ./locked.pem cannot be used. The private key is encrypted with a passphrase. Give a key without one, readable only by the server.',
    ],
  ];
  for (const [certificateFile, keyFile, expected] of cases) {
    assert.equal(await folder.problems(tls(certificateFile, keyFile)), expected);
  }
});

test('loadConfig() looks at the password of a smarthost', async () => {
  await using folder = await Folder.make();
  const text = `${HEAD}routing: { outbound: { host: "smarthost.example:587", login: { user: a, passwordFile: secret } } }\n`;
  assert.match(
    await folder.problems(text),
    /2:\d+: the password file \.\/secret cannot be read: there is no such file$/,
  );
  await folder.write('secret', '\n');
  assert.match(await folder.problems(text), /the password file \.\/secret is empty$/);
  await folder.write('secret', 'x\n');
  assert.ok('config' in (await loadConfig(join(folder.path, 'postern.yaml'))));
});

test('loadConfig() says that permission is denied', { skip: isRoot() }, async () => {
  await using folder = await Folder.make();
  const path = await folder.write('postern.yaml', HEAD);
  await chmod(path, 0o000);
  const reading = await loadConfig(path);
  assert.ok('problems' in reading);
  assert.equal(reading.problems[0].message, 'the configuration cannot be read: permission is denied');
});

function isRoot(): boolean {
  return execFileSync('id', ['-u'], { encoding: 'utf8' }).trim() === '0';
}

test('findConfig() takes what is named, else what is there', async () => {
  await using folder = await Folder.make();
  assert.equal(await findConfig('other.yaml', folder.path), 'other.yaml');
  await mkdir(join(folder.path, 'empty'));
  const path = await folder.write('postern.yaml', HEAD);
  assert.equal(await findConfig(undefined, folder.path), path);
  await mkdir(join(folder.path, 'empty', 'postern.yaml'));
  assert.notEqual(
    await findConfig(undefined, join(folder.path, 'empty')),
    join(folder.path, 'empty', 'postern.yaml'),
  );
});
