import { units } from '../kit/units.ts';

units('listener', 'session', 'deliver', 'schedule', 'ledger', 'daemon', 'observe', 'api');
