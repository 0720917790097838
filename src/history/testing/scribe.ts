/**
 * Writes decisions until it is killed, and says after each commit up to which number they must survive. A program of its own for
 * `kill.test.ts`. Arguments: the folder, the first number.
 */
import { writeSync } from 'node:fs';
import { packRecords } from '../batch.ts';
import { decision, openStore } from './kit.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const store = openStore(folder, { emit: (...[name]) => void writeSync(1, `EVENT ${name}\n`) });
let next = Number(first);
for (;;) {
  for (let batch = 0; batch < 1 + (next % 5); batch += 1) {
    const records = Array.from({ length: 1 + (next % 97) }, (_, index) =>
      decision({ session: String(next + index), helo: `${next % 1000}.example` }),
    );
    store.add(packRecords(records));
    next += records.length;
  }
  store.commit();
  writeSync(1, `SAFE ${next}\n`);
}
