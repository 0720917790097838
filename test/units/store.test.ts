import { units } from '../kit/units.ts';

units('spool', 'history', 'accounts');
