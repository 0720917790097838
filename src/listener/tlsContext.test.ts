import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { TLSSocket, connect, createSecureContext } from 'node:tls';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { bitString, integer, oid, sequence, set, time, utf8String } from './der.ts';
import { selfSigned } from './selfSigned.ts';
import { CertificateError, describeCertificate, tlsContext } from './tlsContext.ts';
import type { CertificateErrorCode } from './tlsContext.ts';

const DAY = 86_400_000;
const HOSTNAME = 'mail.contoso.example';

interface Pair {
  readonly certificate: string;
  readonly key: string;
  readonly privateKey: KeyObject;
}

function makePair(hostname = HOSTNAME): Pair {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const certificate = selfSigned({ hostname, key: privateKey, notBefore: now - DAY, notAfter: now + DAY });
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }), privateKey };
}

/** A server on loopback that takes each socket into TLS with this context, as the listener does; its port. */
async function serve(t: TestContext, secureContext: SecureContext): Promise<number> {
  const server = createServer((plain) => {
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    plain.on('error', () => undefined);
    secure.on('error', () => undefined);
    secure.on('secure', () => secure.write('hello'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

type Handshake =
  | { readonly protocol: string | null; readonly cipher: string; readonly received: string }
  | { readonly error: string };

/** One handshake as a client; what was agreed, or why nothing was. */
async function handshake(port: number, options: ConnectionOptions): Promise<Handshake> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: HOSTNAME,
    rejectUnauthorized: false,
    ...options,
  });
  try {
    await once(socket, 'secureConnect');
    const agreed = { protocol: socket.getProtocol(), cipher: socket.getCipher().name };
    const [received]: unknown[] = await once(socket, 'data');
    return { ...agreed, received: String(received) };
  } catch (error) {
    return { error: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  } finally {
    socket.destroy();
  }
}

test('tlsContext() serves TLS 1.3 and 1.2 to a client that verifies the certificate', async (t) => {
  const { certificate, key } = makePair();
  const port = await serve(t, tlsContext({ certificate, key, minVersion: 'TLSv1.2' }));
  const trusting = { ca: certificate, rejectUnauthorized: true };
  assert.deepEqual(await handshake(port, trusting), {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    received: 'hello',
  });
  assert.deepEqual(await handshake(port, { ...trusting, maxVersion: 'TLSv1.2' }), {
    protocol: 'TLSv1.2',
    cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256',
    received: 'hello',
  });
  assert.deepEqual(await handshake(port, { ...trusting, servername: 'other.example' }), {
    error: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('tlsContext() refuses TLS 1.1 and 1.0', async (t) => {
  const { certificate, key } = makePair();
  const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const port = await serve(t, tlsContext({ certificate, key, minVersion: 'TLSv1.2' }));
  for (const maxVersion of ['TLSv1.1', 'TLSv1'] as const) {
    assert.deepEqual(await handshake(port, { ...old, maxVersion }), {
      error: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
  }
  // The same client is served where the server permits it, so it was our context that refused.
  const lax = await serve(t, createSecureContext({ cert: certificate, key, ...old }));
  const served = await handshake(lax, { ...old, maxVersion: 'TLSv1.1' });
  assert.ok('protocol' in served);
  assert.equal(served.protocol, 'TLSv1.1');
});

test('tlsContext() with minVersion TLSv1.3 refuses TLS 1.2', async (t) => {
  const { certificate, key } = makePair();
  const port = await serve(t, tlsContext({ certificate, key, minVersion: 'TLSv1.3' }));
  assert.deepEqual(await handshake(port, { maxVersion: 'TLSv1.2' }), {
    error: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  });
  assert.ok('protocol' in (await handshake(port, {})));
});

/** As small as an RSA certificate can be: the cipher suites of TLS 1.2 depend on the kind of key. */
function makeRsaPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const algorithm = sequence(oid('1.2.840.113549.1.1.11')); // sha256WithRSAEncryption
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8String(HOSTNAME))));
  const validity = sequence(time(Date.now() - DAY), time(Date.now() + DAY));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const content = sequence(integer(Buffer.of(1)), algorithm, name, validity, name, spki);
  const signed = sequence(content, algorithm, bitString(sign('sha256', content, privateKey)));
  const certificate = `-----BEGIN CERTIFICATE-----\n${signed.toString('base64')}\n-----END CERTIFICATE-----\n`;
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }), privateKey };
}

const WEAK = [
  // CBC with SHA-2
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-RSA-AES256-SHA384',
  // CBC with SHA-1
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-RSA-AES256-SHA',
  // No forward secrecy
  'AES128-GCM-SHA256',
  'AES128-SHA',
  'AES256-SHA',
  // No encryption, no authentication
  'ECDHE-ECDSA-NULL-SHA',
  'NULL-SHA256',
  'AECDH-AES128-SHA',
];

for (const [kind, pair] of [
  ['ECDSA', makePair()],
  ['RSA', makeRsaPair()],
] as const) {
  test(`tlsContext() agrees on no weak cipher with an ${kind} key`, async (t) => {
    const { certificate, key } = pair;
    const ours = await serve(t, tlsContext({ certificate, key, minVersion: 'TLSv1.2' }));
    const anything = 'ALL:NULL:COMPLEMENTOFALL:@SECLEVEL=0';
    const lax = await serve(t, createSecureContext({ cert: certificate, key, ciphers: anything }));
    const possible: string[] = [];
    for (const cipher of WEAK) {
      const client = { maxVersion: 'TLSv1.2', ciphers: `${cipher}:@SECLEVEL=0` } as const;
      if ('protocol' in (await handshake(lax, client))) possible.push(cipher);
      const refused = await handshake(ours, client);
      assert.ok('error' in refused, cipher);
      assert.match(refused.error, /HANDSHAKE_FAILURE/, cipher);
    }
    // Those, the client can do with a server of this key, so it was our context that refused.
    assert.ok(possible.length >= 4, possible.join());
  });
}

test('tlsContext() chooses in its own order', async (t) => {
  const { certificate, key } = makePair();
  const port = await serve(t, tlsContext({ certificate, key, minVersion: 'TLSv1.2' }));
  const ciphers = 'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256';
  const agreed = await handshake(port, { maxVersion: 'TLSv1.2', ciphers });
  assert.ok('cipher' in agreed);
  assert.equal(agreed.cipher, 'ECDHE-ECDSA-AES128-GCM-SHA256');
});

test('tlsContext() gives no session ticket that a later connection could go on with', async (t) => {
  const port = await serve(t, tlsContext({ ...makePair(), minVersion: 'TLSv1.2' }));
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion };
    const first = connect(options);
    t.after(() => first.destroy());
    let session: Buffer | undefined;
    first.on('session', (given: Buffer) => (session = given));
    await once(first, 'data');
    if (maxVersion === 'TLSv1.2') assert.equal(first.getTLSTicket(), undefined);
    first.destroy();
    const second = connect({ ...options, ...(session && { session }) });
    t.after(() => second.destroy());
    await once(second, 'data');
    assert.equal(second.isSessionReused(), false, maxVersion);
    second.destroy();
  }
});

test('tlsContext() refuses renegotiation', async (t) => {
  const port = await serve(t, tlsContext({ ...makePair(), minVersion: 'TLSv1.2' }));
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
  t.after(() => socket.destroy());
  await once(socket, 'data');
  const failure = once(socket, 'error');
  socket.renegotiate({ rejectUnauthorized: false }, () => undefined);
  socket.resume();
  const [error]: unknown[] = await failure;
  assert.ok(error instanceof Error && 'code' in error);
  assert.equal(error.code, 'ERR_SSL_NO_RENEGOTIATION');
});

function problemOf(
  certificate: string,
  key: string,
): { code: CertificateErrorCode; message: string } | undefined {
  try {
    tlsContext({ certificate, key, minVersion: 'TLSv1.2' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return { code: error.code, message: error.message };
  }
}

test('tlsContext() says what is wrong with a pair', () => {
  const { certificate, key, privateKey } = makePair();
  assert.equal(problemOf(certificate, key), undefined);
  assert.deepEqual(problemOf(certificate, makePair().key), {
    code: 'mismatch',
    message: 'The private key does not belong to the certificate of CN=mail.contoso.example.',
  });
  assert.deepEqual(problemOf(key, key), {
    code: 'certificate',
    message: 'The certificate is not an X.509 certificate in PEM form.',
  });
  assert.deepEqual(problemOf(certificate, certificate), {
    code: 'key',
    message: 'The private key is not a private key in PEM form.',
  });
  for (const type of ['pkcs8', 'sec1'] as const) {
    const locked = privateKey.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
    assert.deepEqual(problemOf(certificate, locked), {
      code: 'key',
      message:
        'The private key is encrypted with a passphrase. Give a key without one, readable only by the server.',
    });
  }
});

test('tlsContext() takes a chain, the server certificate first', () => {
  const { certificate, key } = makePair();
  assert.equal(problemOf(certificate + makePair('ca.example').certificate, key), undefined);
  assert.equal(problemOf(makePair('ca.example').certificate + certificate, key)?.code, 'mismatch');
});

test('describeCertificate() tells names, dates and whether it is self-signed', () => {
  const { certificate } = makePair();
  const { subject, names, selfSigned } = describeCertificate(certificate);
  assert.deepEqual(
    { subject, names, selfSigned },
    { subject: `CN=${HOSTNAME}`, names: [HOSTNAME], selfSigned: true },
  );
  assert.throws(() => describeCertificate(''), CertificateError);
});
