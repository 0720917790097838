/** The files that a configuration names: they must be there, readable, and what they are said to be. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from './config.ts';
import type { Path, Positions } from './positions.ts';
import type { ConfigProblem } from './problem.ts';

export async function checkFiles(config: Config, positions: Positions): Promise<readonly ConfigProblem[]> {
  return [...(await checkCertificate(config, positions)), ...(await checkPassword(config, positions))];
}

async function checkCertificate({ tls }: Config, positions: Positions): Promise<readonly ConfigProblem[]> {
  if (tls.files === undefined) return [];
  const certificatePath = ['tls', 'certificate'];
  const keyPath = ['tls', 'key'];
  const certificate = await contentOf(tls.files.certificate, 'certificate');
  const key = await contentOf(tls.files.key, 'key');
  const parsed =
    'content' in certificate ? parseCertificate(certificate.content, tls.files.certificate) : certificate;
  const secret = 'content' in key ? parseKey(key.content, tls.files.key) : key;
  const problems: ConfigProblem[] = [];
  if ('problem' in parsed) problems.push(problem(positions, certificatePath, parsed.problem));
  if ('problem' in secret) problems.push(problem(positions, keyPath, secret.problem));
  if ('certificate' in parsed && 'key' in secret && !parsed.certificate.checkPrivateKey(secret.key)) {
    problems.push(
      problem(
        positions,
        keyPath,
        `the key in ${tls.files.key} does not belong to the certificate in ${tls.files.certificate}`,
      ),
    );
  }
  return problems;
}

type Failure = { readonly problem: string };

function parseCertificate(
  content: Buffer,
  file: string,
): { readonly certificate: X509Certificate } | Failure {
  try {
    return { certificate: new X509Certificate(content) };
  } catch {
    return { problem: `there is no certificate in ${file}; PEM is expected, "-----BEGIN CERTIFICATE-----"` };
  }
}

function parseKey(content: Buffer, file: string): { readonly key: KeyObject } | Failure {
  try {
    return { key: createPrivateKey(content) };
  } catch (error) {
    if (content.includes('ENCRYPTED') || codeOf(error) === 'ERR_MISSING_PASSPHRASE') {
      return {
        problem: `the key in ${file} has a passphrase; Postern starts unattended and needs a key without one`,
      };
    }
    return { problem: `there is no private key in ${file}; PEM is expected, "-----BEGIN PRIVATE KEY-----"` };
  }
}

async function checkPassword({ routing }: Config, positions: Positions): Promise<readonly ConfigProblem[]> {
  const { outbound } = routing;
  if (outbound.kind !== 'smtp' || outbound.login === undefined) return [];
  const { passwordFile } = outbound.login;
  const path = ['routing', 'outbound', 'login', 'passwordFile'];
  const password = await contentOf(passwordFile, 'password');
  if ('problem' in password) return [problem(positions, path, password.problem)];
  const isEmpty = password.content.toString('latin1').trim() === '';
  return isEmpty ? [problem(positions, path, `the password file ${passwordFile} is empty`)] : [];
}

async function contentOf(path: string, what: string): Promise<{ readonly content: Buffer } | Failure> {
  try {
    return { content: await readFile(path) };
  } catch (error) {
    return { problem: `the ${what} file ${path} cannot be read: ${fileError(error)}` };
  }
}

function problem(positions: Positions, path: Path, message: string): ConfigProblem {
  return { place: positions.at(path), message };
}

const FILE_ERRORS = new Map<string, string>([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission is denied'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['ELOOP', 'the symbolic links have no end'],
]);

/** Why a file could not be read, in words. */
export function fileError(error: unknown): string {
  const code = codeOf(error);
  return FILE_ERRORS.get(code) ?? (error instanceof Error ? error.message : code);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
