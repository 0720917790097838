/**
 * Runs the unit tests of several folders in one process. Each test file in a process of its own costs most of a second,
 * several times what its tests take. What leaks into the next file, or keeps the process alive, fails the group.
 */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe } from 'node:test';

export const SOURCES = resolve(import.meta.dirname, '../../src');

/** The test files of one folder of `src/`, as absolute paths, in the same order everywhere. */
export function unitTests(folder: string): readonly string[] {
  const found = globSync('**/*.test.ts', { cwd: resolve(SOURCES, folder) });
  return found.sort().map((file) => resolve(SOURCES, folder, file));
}

/** Declares the unit tests of these folders of `src/`, in this order. */
export function units(...folders: readonly string[]): void {
  for (const folder of folders) {
    const files = unitTests(folder);
    if (files.length === 0) throw new Error(`src/${folder} has no unit tests`);
    describe(`src/${folder}`, async () => {
      for (const file of files) await import(file);
    });
  }
}
