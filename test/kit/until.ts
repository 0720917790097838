/** Waits for a condition, and names it when it does not come true. */
import { setTimeout as pause } from 'node:timers/promises';

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patience = 30_000,
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain for: ${what}`);
    await pause(20);
  }
}
