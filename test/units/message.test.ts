import { units } from '../kit/units.ts';

await units('std', 'mail', 'smtp', 'dns', 'bounce');
