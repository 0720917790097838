/**
 * Writes the files that are made from the code, or with `--check` tells which of them are stale.
 *
 *     node scripts/docs.ts            writes them
 *     node scripts/docs.ts --check    exit 1 and the names of the stale ones
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findingsReference } from '../src/check/mod.ts';
import { cliReference } from '../src/cli/mod.ts';
import { configurationReference, jsonSchema } from '../src/config/mod.ts';
import { logEventsReference } from '../src/observe/mod.ts';
import { repliesReference } from '../src/session/mod.ts';

interface GeneratedFile {
  /** From the root of the project. */
  readonly path: string;
  make(): string;
}

/** Every generated file; add yours here. */
const FILES: readonly GeneratedFile[] = [
  { path: 'postern.schema.json', make: () => `${JSON.stringify(jsonSchema(), null, 2)}\n` },
  { path: 'docs/configuration.md', make: configurationReference },
  { path: 'docs/cli.md', make: cliReference },
  { path: 'docs/findings.md', make: findingsReference },
  { path: 'docs/log-events.md', make: logEventsReference },
  { path: 'docs/replies.md', make: repliesReference },
];

const ROOT = join(import.meta.dirname, '..');

async function isStale(file: GeneratedFile): Promise<boolean> {
  const present = await readFile(join(ROOT, file.path), 'utf8').catch(() => undefined);
  return present !== file.make();
}

async function write(file: GeneratedFile): Promise<void> {
  const path = join(ROOT, file.path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, file.make());
  console.log(`wrote ${file.path}`);
}

const check = process.argv.includes('--check');
for (const file of FILES) {
  if (!(await isStale(file))) continue;
  if (check) {
    console.error(`${file.path} is stale: run npm run docs`);
    process.exitCode = 1;
  } else {
    await write(file);
  }
}
