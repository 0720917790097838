/** Waits for a condition, and names it when it does not come true. */
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two looks. What takes long is looked at less often: asking a daemon that starts slows its start. */
const OFTEN = 20;
const SELDOM = 200;

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patience = 30_000,
): Promise<void> {
  const begin = Date.now();
  while (!(await condition())) {
    const waited = Date.now() - begin;
    if (waited > patience) throw new Error(`waited ${patience / 1000} s in vain for: ${what}`);
    await pause(Math.min(SELDOM, Math.max(OFTEN, waited / 8)));
  }
}
