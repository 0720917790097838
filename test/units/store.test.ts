import { units } from '../kit/units.ts';

await units('spool', 'history', 'accounts');
