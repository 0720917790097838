/**
 * The certificate of a server that was given none: self-signed, made on first start, renewed before it expires or when the
 * host name changes.
 *
 * The key is made once and kept, so that renewing changes nothing for a client that pinned it. It is put in place with a
 * link, which fails when another process was faster, and every certificate is made from the key that is in place; so
 * processes that start together end with a pair that fits, whoever writes last.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { selfSigned } from './selfSigned.ts';
import { CertificateError, describeCertificate, parseCertificate, parseKey } from './tlsContext.ts';

export interface OwnCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** It was made or renewed by this very call. */
  readonly created: boolean;
  /** SHA-256, `AB:CD:…`. */
  readonly fingerprint: string;
  readonly path: string;
}

const DAY = 86_400_000;
/** Apple's mail programs take no certificate that is valid for more than 825 days, one added by hand included. */
const LIFETIME = 820 * DAY;
const RENEW_BEFORE = 30 * DAY;
/** For clients whose clock is behind. */
const BACKDATED = DAY;

/**
 * The pair in `folder`, `self-signed.cert.pem` and `self-signed.key.pem`, made when missing. `now` is in milliseconds since
 * the epoch. Throws CertificateError for a damaged key, and what the file system throws.
 */
export async function ensureCertificate(
  folder: string,
  hostname: string,
  now: number,
): Promise<OwnCertificate> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'self-signed.cert.pem');
  const key = await ensureKey(join(folder, 'self-signed.key.pem'));
  const present = await readIfThere(path);
  if (present !== undefined && isGood(present, key, { hostname, now }))
    return ownCertificate(path, present, key, false);
  const certificate = selfSigned({
    hostname,
    key: parseKey(key),
    notBefore: now - BACKDATED,
    notAfter: now - BACKDATED + LIFETIME,
  });
  await replaceFile(path, certificate);
  return ownCertificate(path, certificate, key, true);
}

function ownCertificate(path: string, certificate: string, key: string, created: boolean): OwnCertificate {
  const { fingerprint } = describeCertificate(certificate);
  return { certificate, key, created, fingerprint, path };
}

async function ensureKey(path: string): Promise<string> {
  const present = await readIfThere(path);
  if (present !== undefined) return checkedKey(present, path);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const made = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return (await createFile(path, made)) ? made : checkedKey(await readFile(path, 'utf8'), path);
}

function checkedKey(pem: string, path: string): string {
  try {
    parseKey(pem);
    return pem;
  } catch (error) {
    throw new CertificateError('key', `${path} is damaged. Delete it, and a new key is made.`, {
      cause: error,
    });
  }
}

function isGood(pem: string, key: string, { hostname, now }: { hostname: string; now: number }): boolean {
  try {
    const { names, notBefore, notAfter } = describeCertificate(pem);
    return (
      parseCertificate(pem).checkPrivateKey(parseKey(key)) &&
      names.includes(hostname) &&
      notBefore <= now &&
      notAfter - now > RENEW_BEFORE
    );
  } catch {
    return false;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Writes a new file, whole and durable; false when there is one already. */
async function createFile(path: string, content: string): Promise<boolean> {
  const temporary = await writeTemporary(path, content);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Writes a file, whole and durable, in place of what is there. */
async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = await writeTemporary(path, content);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Both files with mode 0600: the certificate is no secret, but nobody else needs the file. */
async function writeTemporary(path: string, content: string): Promise<string> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await using file = await open(temporary, 'wx', 0o600);
  await file.writeFile(content);
  await file.sync();
  return temporary;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
