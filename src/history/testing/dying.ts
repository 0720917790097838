/** A thread in the place of the history's that dies of what it is given, as by a bug. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => {
  throw new Error('a bug');
});
