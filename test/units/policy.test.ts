import { units } from '../kit/units.ts';

units('facts', 'policy', 'proof', 'screen', 'check', 'config');
