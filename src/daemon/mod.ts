/** The processes: one supervisor, its workers. The two composition roots are `supervisor.ts` and `worker.ts`. */
export type { DaemonEvents } from './events.ts';
export { startSupervisor, type Supervisor, type SupervisorOptions } from './supervisor.ts';
