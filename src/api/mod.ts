export type { ControlEvents } from './events.ts';
