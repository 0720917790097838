/** The files that a configuration names: they must be there, readable, and what they are said to be. */
import type { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { CertificateError, tlsContext } from '../listener/mod.ts';
import { fileError } from '../std/mod.ts';
import type { Config } from './config.ts';
import type { Path, Positions } from './positions.ts';
import type { ConfigProblem } from './problem.ts';

export async function checkFiles(config: Config, positions: Positions): Promise<readonly ConfigProblem[]> {
  return [...(await checkCertificate(config, positions)), ...(await checkPassword(config, positions))];
}

async function checkCertificate({ tls }: Config, positions: Positions): Promise<readonly ConfigProblem[]> {
  if (tls.files === undefined) return [];
  const certificate = await contentOf(tls.files.certificate, 'certificate');
  const key = await contentOf(tls.files.key, 'key');
  if ('content' in certificate && 'content' in key) {
    const pair = { certificate: certificate.content, key: key.content, minVersion: tls.minVersion };
    return unusable(pair, tls.files, positions);
  }
  return [
    ...('problem' in certificate ? [problem(positions, ['tls', 'certificate'], certificate.problem)] : []),
    ...('problem' in key ? [problem(positions, ['tls', 'key'], key.problem)] : []),
  ];
}

/** What a listener would say to this pair. */
function unusable(
  pair: Parameters<typeof tlsContext>[0],
  files: NonNullable<Config['tls']['files']>,
  positions: Positions,
): readonly ConfigProblem[] {
  try {
    tlsContext(pair);
    return [];
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const which = error.code === 'key' || error.code === 'mismatch' ? 'key' : 'certificate';
    const message = `the ${which} in ${files[which]} cannot be used`;
    return [{ ...problem(positions, ['tls', which], message), remedy: error.message }];
  }
}

type Failure = { readonly problem: string };

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
