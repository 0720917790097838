import type { DaemonEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const DAEMON_CATALOGUE = {
  'daemon.started': {
    level: 'info',
    meaning: 'All workers accept mail.',
    fields: ['version', 'workers', 'configuration'],
  },
  'daemon.stopping': {
    level: 'info',
    meaning: 'No new connections; what is under way is finished.',
    fields: ['signal'],
  },
  'daemon.stopped': {
    level: 'info',
    meaning: 'Everything has ended.',
    fields: ['seconds'],
  },
  'worker.started': {
    level: 'info',
    meaning: 'A worker process was started.',
    fields: ['worker', 'workerPid'],
  },
  'worker.ready': {
    level: 'info',
    meaning: 'A worker accepts mail.',
    fields: ['worker', 'milliseconds'],
  },
  'worker.crashed': {
    level: 'error',
    meaning: 'A worker ended without being asked to; it is started again.',
    fields: ['worker', 'code', 'signal', 'restartInMs'],
  },
  'worker.failed': {
    level: 'error',
    meaning: 'A bug or a failed spool ends this worker; it is started again.',
    fields: ['error'],
  },
  'reload.done': {
    level: 'info',
    meaning: 'The configuration file is in force.',
    fields: ['configuration', 'opens', 'closes', 'alters', 'warnings'],
  },
  'reload.refused': {
    level: 'warn',
    meaning: 'The configuration file has problems; nothing was changed.',
    fields: ['configuration', 'problems'],
  },
  'configuration.warned': {
    level: 'warn',
    meaning:
      'Something in the configuration in force that an administrator should know; see docs/findings.md.',
    fields: ['finding', 'place', 'what', 'remedy'],
  },
  'certificate.created': {
    level: 'info',
    meaning: 'No certificate is configured, so a self-signed one was made; clients cannot verify it.',
    fields: ['path', 'fingerprint'],
  },
  'certificate.failed': {
    level: 'error',
    meaning: 'The certificate could not be loaded again; the old one stays in use.',
    fields: ['error'],
  },
} satisfies Catalogue<DaemonEvents>;
