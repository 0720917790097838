import { units } from '../kit/units.ts';

units('cli', 'import', 'audit');
