/** The TLS side of a listener: which versions and ciphers are offered, and what a certificate says about itself. */
import type { Buffer } from 'node:buffer';
import { X509Certificate, constants, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { errorText } from '../std/mod.ts';

export type CertificateErrorCode =
  /** Not a certificate in PEM. */
  | 'certificate'
  /** Not a private key in PEM, or one that asks for a passphrase. */
  | 'key'
  /** The key belongs to another certificate. */
  | 'mismatch'
  /** A pair that OpenSSL does not take: too weak, or of a kind that TLS does not know. */
  | 'refused';

/** A certificate or its key cannot be used. The text says which, and never holds any part of the key. */
export class CertificateError extends Error {
  readonly code: CertificateErrorCode;

  constructor(code: CertificateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateError';
    this.code = code;
  }
}

export interface TlsOptions {
  /** PEM: the server's certificate, then the intermediate ones. */
  readonly certificate: string | Buffer;
  /** PEM, without a passphrase. */
  readonly key: string | Buffer;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/**
 * In the order of our preference. Only suites with forward secrecy and authenticated encryption: with CBC, whatever the hash,
 * there are timings to hide (Lucky 13), and whoever can do no GCM is better off in the clear text that mail falls back to.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * Renegotiation (TLS 1.2) costs the server more than the client, and mail never needs it. A session ticket is as good as the
 * connection's secrets for whoever gets its key, so forward secrecy would be only as good as the key's rotation; without tickets
 * a client that comes again pays for a whole handshake. Compression would tell lengths (CRIME).
 *
 * The groups for the key exchange are OpenSSL's own: all are strong, and with it they come to include those of after quantum
 * computers.
 */
const OPTIONS =
  constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
  constants.SSL_OP_NO_RENEGOTIATION |
  constants.SSL_OP_NO_TICKET |
  constants.SSL_OP_NO_COMPRESSION;

/** Throws CertificateError when the pair cannot be used. */
export function tlsContext({ certificate, key, minVersion }: TlsOptions): SecureContext {
  checkPair(parseCertificate(certificate), parseKey(key));
  try {
    return createSecureContext({
      cert: certificate,
      key,
      minVersion,
      maxVersion: 'TLSv1.3',
      ciphers: CIPHERS,
      secureOptions: OPTIONS,
    });
  } catch (error) {
    throw new CertificateError('refused', `The certificate cannot be used: ${errorText(error)}.`, {
      cause: error,
    });
  }
}

export interface CertificateDescription {
  /** One line, `CN=mail.contoso.example`. */
  readonly subject: string;
  /** The DNS names and addresses it is for. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** SHA-256 of the certificate, `AB:CD:…`. */
  readonly fingerprint: string;
  readonly selfSigned: boolean;
}

/** What the first certificate of `pem` says. Throws CertificateError when there is none. */
export function describeCertificate(pem: string | Buffer): CertificateDescription {
  const certificate = parseCertificate(pem);
  return {
    subject: certificate.subject.replaceAll('\n', ', '),
    names: namesOf(certificate.subjectAltName ?? ''),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    fingerprint: certificate.fingerprint256,
    // Not checkIssued(): that asks for the right to sign certificates, which a server's own has not.
    selfSigned: certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey),
  };
}

export function parseCertificate(pem: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new CertificateError('certificate', 'The certificate is not an X.509 certificate in PEM form.', {
      cause: error,
    });
  }
}

export function parseKey(pem: string | Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const text = isLocked(pem)
      ? 'The private key is encrypted with a passphrase. Give a key without one, readable only by the server.'
      : 'The private key is not a private key in PEM form.';
    throw new CertificateError('key', text, { cause: error });
  }
}

/** By its PEM headers (RFC 5958, RFC 1421): what OpenSSL says of a missing passphrase differs from version to version. */
function isLocked(pem: string | Buffer): boolean {
  const text = String(pem);
  return text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || text.includes('Proc-Type: 4,ENCRYPTED');
}

function checkPair(certificate: X509Certificate, key: KeyObject): void {
  if (certificate.checkPrivateKey(key)) return;
  const subject = certificate.subject.replaceAll('\n', ', ');
  throw new CertificateError('mismatch', `The private key does not belong to the certificate of ${subject}.`);
}

/** `DNS:a.example, IP Address:192.0.2.1`; a value with special characters is a JSON string. */
function namesOf(subjectAltName: string): string[] {
  const names: string[] = [];
  for (const match of subjectAltName.matchAll(/(DNS|IP Address|[^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    const [, kind, value = ''] = match;
    if (kind?.trim() === 'DNS' || kind?.trim() === 'IP Address') names.push(value);
  }
  return names;
}
