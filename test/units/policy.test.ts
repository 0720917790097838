import { units } from '../kit/units.ts';

await units('facts', 'policy', 'proof', 'screen', 'check', 'config');
