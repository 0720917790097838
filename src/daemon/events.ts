/** What the processes tell of themselves. */
export interface DaemonEvents {
  'daemon.started': { readonly version: string; readonly workers: number; readonly configuration: string };
  'daemon.stopping': { readonly signal: string };
  'daemon.stopped': { readonly seconds: number };
  'worker.started': { readonly worker: string; readonly workerPid: number };
  'worker.ready': { readonly worker: string; readonly milliseconds: number };
  /** A worker ended without being asked to; it is started again. */
  'worker.crashed': {
    readonly worker: string;
    readonly code: number | null;
    readonly signal: string | null;
    readonly restartInMs: number;
  };
  /** A bug or a failed spool ends this worker; the supervisor starts it again. */
  'worker.failed': { readonly error: string };
  /** `opens`, `closes`, `alters`: how many changes of decisions the new configuration makes. */
  'reload.done': {
    readonly configuration: string;
    readonly opens: number;
    readonly closes: number;
    readonly alters: number;
    readonly warnings: number;
  };
  /** Nothing was changed. */
  'reload.refused': { readonly configuration: string; readonly problems: readonly string[] };
  /** Something in the configuration that is in force which an administrator should know, at a start and at every reload. */
  'configuration.warned': {
    readonly finding: string;
    readonly place: string;
    readonly what: string;
    readonly remedy: string;
  };
  /** The certificate could not be loaded again; the old one stays in use. */
  'certificate.failed': { readonly error: string };
  'certificate.created': { readonly path: string; readonly fingerprint: string };
}
