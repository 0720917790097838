import { units } from '../kit/units.ts';

units('std', 'mail', 'smtp', 'dns', 'bounce');
