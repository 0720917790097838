/** A program that adopts: `node adopter.ts FOLDER OWN`. It writes `S` when it begins and `D` when it is done. */
import { writeSync } from 'node:fs';
import { adoptSpools } from '../adopt.ts';

const [folder = '.', own = 'w1'] = process.argv.slice(2);
const adopting = adoptSpools(folder, own, []);
writeSync(1, 'S\n');
await adopting;
writeSync(1, 'D\n');
