/** The certificate that is in force: the configured pair, or a self-signed one that is made when there is none. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import type { Config } from '../config/mod.ts';
import { ensureCertificate, tlsContext } from '../listener/mod.ts';
import { DATA_FOLDER } from '../std/mod.ts';

export interface Pair {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Where the certificate is. */
  readonly path: string;
  readonly selfSigned: boolean;
  /** It was made just now. */
  readonly created: boolean;
}

/** Throws what reading the files throws; the pair has not been looked at. */
export async function loadPair({ tls, data, hostname }: Config): Promise<Pair> {
  if (tls.files === undefined) {
    const own = await ensureCertificate(join(data, DATA_FOLDER.tls), hostname, Date.now());
    return {
      certificate: own.certificate,
      key: own.key,
      path: own.path,
      selfSigned: true,
      created: own.created,
    };
  }
  const { certificate, key } = tls.files;
  const [pem, keyPem] = await Promise.all([readFile(certificate, 'utf8'), readFile(key, 'utf8')]);
  return { certificate: pem, key: keyPem, path: certificate, selfSigned: false, created: false };
}

/** Throws CertificateError for a pair that cannot be used. */
export async function loadSecureContext(config: Config): Promise<SecureContext> {
  const { certificate, key } = await loadPair(config);
  return tlsContext({ certificate, key, minVersion: config.tls.minVersion });
}
