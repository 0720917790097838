import { units } from '../kit/units.ts';

await units('cli', 'import', 'audit');
