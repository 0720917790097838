import { units } from '../kit/units.ts';

await units('listener', 'session', 'deliver', 'schedule', 'ledger', 'daemon', 'observe', 'api');
