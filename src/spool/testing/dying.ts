/** A thread that ends at the first request, without a word: what the operating system can do to any thread. */
import { parentPort } from 'node:worker_threads';

parentPort?.once('message', () => process.exit(7));
