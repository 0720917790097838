/** The inputs that are kept, one file for each target. */
import type { Buffer } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatInput, parseInputs } from './inputText.ts';

function fileOf(name: string): string {
  return resolve(import.meta.dirname, 'corpus', `${name}.txt`);
}

export function readCorpus(name: string): Buffer[] {
  return parseInputs(readFileSync(fileOf(name), 'utf8'));
}

export function writeCorpus(name: string, inputs: readonly Buffer[]): void {
  writeFileSync(fileOf(name), inputs.map(formatInput).join('\n'));
}
