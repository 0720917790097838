import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ensureCertificate } from './certificate.ts';
import { CertificateError, describeCertificate } from './tlsContext.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const DAY = 86_400_000;

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-certificate-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('ensureCertificate() makes a pair for the host name, and keeps it', async (t) => {
  const folder = join(await temporaryFolder(t), 'tls');
  const made = await ensureCertificate(folder, 'mail.contoso.example', NOW);
  assert.equal(made.created, true);
  assert.deepEqual((await readdir(folder)).toSorted(), ['self-signed.cert.pem', 'self-signed.key.pem']);
  assert.equal(await readFile(made.path, 'utf8'), made.certificate);
  for (const file of ['self-signed.key.pem', 'self-signed.cert.pem']) {
    assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);
  }
  const again = await ensureCertificate(folder, 'mail.contoso.example', NOW + DAY);
  assert.deepEqual(again, { ...made, created: false });
});

test('ensureCertificate() makes a server certificate that is no authority', async (t) => {
  const { certificate, fingerprint } = await ensureCertificate(
    await temporaryFolder(t),
    'mail.contoso.example',
    NOW,
  );
  const parsed = new X509Certificate(certificate);
  assert.equal(parsed.ca, false);
  assert.deepEqual(parsed.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal(parsed.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(parsed.checkHost('mail.contoso.example', { subject: 'never' }), 'mail.contoso.example');
  assert.equal(parsed.checkHost('contoso.example'), undefined);
  assert.match(parsed.serialNumber, /^[4-7][0-9A-F]{31}$/);
  assert.deepEqual(describeCertificate(certificate), {
    subject: 'CN=mail.contoso.example',
    names: ['mail.contoso.example'],
    notBefore: NOW - DAY,
    notAfter: NOW + 819 * DAY,
    fingerprint,
    selfSigned: true,
  });
});

test('ensureCertificate() leaves a name of over 64 characters out of the subject', async (t) => {
  const long = `${'a'.repeat(63)}.example`;
  const { certificate } = await ensureCertificate(await temporaryFolder(t), long, NOW);
  assert.deepEqual(describeCertificate(certificate).names, [long]);
  assert.equal(describeCertificate(certificate).subject, 'CN=Postern');
  const fits = `${'a'.repeat(56)}.example`;
  const other = await ensureCertificate(await temporaryFolder(t), fits, NOW);
  assert.equal(describeCertificate(other.certificate).subject, `CN=${fits}`);
});

test('ensureCertificate() dates past 2049 in the other form of time', async (t) => {
  const now = Date.UTC(2049, 5, 1);
  const { certificate } = await ensureCertificate(await temporaryFolder(t), 'mail.contoso.example', now);
  const { notBefore, notAfter } = describeCertificate(certificate);
  assert.equal(notBefore, now - DAY);
  assert.equal(notAfter, now + 819 * DAY);
});

test('ensureCertificate() renews at 30 days before the end, with the same key', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await ensureCertificate(folder, 'mail.contoso.example', NOW);
  const end = describeCertificate(first.certificate).notAfter;
  assert.equal((await ensureCertificate(folder, 'mail.contoso.example', end - 30 * DAY - 1)).created, false);
  const renewed = await ensureCertificate(folder, 'mail.contoso.example', end - 30 * DAY);
  assert.equal(renewed.created, true);
  assert.equal(renewed.key, first.key);
  assert.notEqual(renewed.fingerprint, first.fingerprint);
  assert.equal(await readFile(renewed.path, 'utf8'), renewed.certificate);
});

test('ensureCertificate() makes another when the host name or the key changed, or the file is damaged', async (t) => {
  const folder = await temporaryFolder(t);
  await ensureCertificate(folder, 'mail.contoso.example', NOW);
  const renamed = await ensureCertificate(folder, 'mx.contoso.example', NOW);
  assert.equal(renamed.created, true);
  assert.deepEqual(describeCertificate(renamed.certificate).names, ['mx.contoso.example']);

  await rm(join(folder, 'self-signed.key.pem'));
  const rekeyed = await ensureCertificate(folder, 'mx.contoso.example', NOW);
  assert.equal(rekeyed.created, true);
  assert.notEqual(rekeyed.key, renamed.key);

  await writeFile(rekeyed.path, 'rubbish');
  assert.equal((await ensureCertificate(folder, 'mx.contoso.example', NOW)).created, true);
});

test('ensureCertificate() replaces a certificate from a clock that was ahead', async (t) => {
  const folder = await temporaryFolder(t);
  await ensureCertificate(folder, 'mail.contoso.example', NOW + 400 * DAY);
  assert.equal((await ensureCertificate(folder, 'mail.contoso.example', NOW)).created, true);
});

test('ensureCertificate() names a damaged key and leaves it', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'self-signed.key.pem');
  await writeFile(path, 'rubbish');
  await assert.rejects(ensureCertificate(folder, 'mail.contoso.example', NOW), (error) => {
    assert.ok(error instanceof CertificateError);
    assert.equal(error.code, 'key');
    assert.equal(error.message, `${path} is damaged. Delete it, and a new key is made.`);
    return true;
  });
  assert.equal(await readFile(path, 'utf8'), 'rubbish');
});

test('ensureCertificate() in processes that start together ends with one pair that fits', async (t) => {
  const folder = await temporaryFolder(t);
  const code = `
    const { ensureCertificate } = await import(${JSON.stringify(new URL('certificate.ts', import.meta.url).href)});
    process.stdout.write('ready');
    process.stdin.once('data', async () => {
      const { certificate, key } = await ensureCertificate(${JSON.stringify(folder)}, 'mail.contoso.example', ${NOW});
      process.stdout.write(JSON.stringify({ certificate, key }), () => process.exit(0));
    });`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  const outputs = await Promise.all(
    children.map(async (child) => {
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stdin.write('go\n');
      await once(child, 'close');
      return Buffer.concat(chunks).toString('utf8');
    }),
  );
  const key = await readFile(join(folder, 'self-signed.key.pem'), 'utf8');
  const privateKey = createPrivateKey(key);
  for (const output of outputs) {
    const pair: unknown = JSON.parse(output);
    assert.ok(typeof pair === 'object' && pair !== null && 'certificate' in pair && 'key' in pair);
    assert.equal(pair.key, key);
    assert.equal(new X509Certificate(String(pair.certificate)).checkPrivateKey(privateKey), true);
  }
  const onDisk = await readFile(join(folder, 'self-signed.cert.pem'), 'utf8');
  assert.equal(new X509Certificate(onDisk).checkPrivateKey(privateKey), true);
  assert.equal((await readdir(folder)).length, 2);
});
