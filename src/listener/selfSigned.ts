/** Makes a self-signed certificate, RFC 5280, for a server that was given none. */
import { Buffer } from 'node:buffer';
import { createHash, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  TRUE,
  bitString,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

export interface SelfSigned {
  /** A domain name in ASCII. */
  readonly hostname: string;
  /** EC, P-256. */
  readonly key: KeyObject;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2')); // RFC 5758 3.2
const SERVER_AUTH = oid('1.3.6.1.5.5.7.3.1');
/** RFC 5280 appendix A.1, ub-common-name: characters. */
const MAX_COMMON_NAME = 64;

/** The certificate in PEM: for TLS servers, no authority (CA false), valid for the host name alone. */
export function selfSigned(options: SelfSigned): string {
  const { hostname, key, notBefore, notAfter } = options;
  if (!/^[\x21-\x7e]{1,253}$/.test(hostname)) throw new TypeError(`not a host name: ${hostname}`);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const name = commonName(hostname);
  const content = sequence(
    explicit(0, integer(Buffer.of(2))), // version 3
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    name, // issuer
    sequence(time(notBefore), time(notAfter)),
    name, // subject
    publicKey,
    explicit(3, extensions(hostname, publicKey)),
  );
  const signature = sign('sha256', content, { key, dsaEncoding: 'der' });
  return pem(sequence(content, ECDSA_WITH_SHA256, bitString(signature)));
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

/** For people; clients look at the alternative name. A name that is too long for it is left out there only. */
function commonName(hostname: string): Buffer {
  const text = hostname.length <= MAX_COMMON_NAME ? hostname : 'Postern';
  return sequence(set(sequence(oid('2.5.4.3'), utf8String(text))));
}

/** RFC 5280 4.2.1 */
function extensions(hostname: string, publicKey: Buffer): Buffer {
  const keyIdentifier = createHash('sha1').update(publicKey).digest();
  return sequence(
    critical('2.5.29.19', sequence()), // basicConstraints: cA is FALSE by default
    critical('2.5.29.15', bitString(Buffer.of(0x80), 7)), // keyUsage: digitalSignature
    extension('2.5.29.37', sequence(SERVER_AUTH)), // extKeyUsage
    extension('2.5.29.17', sequence(implicit(2, Buffer.from(hostname, 'latin1')))), // subjectAltName: dNSName
    extension('2.5.29.14', octetString(keyIdentifier)), // subjectKeyIdentifier
  );
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), octetString(value));
}

function critical(id: string, value: Buffer): Buffer {
  return sequence(oid(id), TRUE, octetString(value));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
