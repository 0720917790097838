/** `postern status`: whether it runs and how it is. */
import type {
  CertificateStatus,
  GuardedStatus,
  LimitStatus,
  ListenerStatus,
  Status,
  SuspectStatus,
  WorkerStatus,
} from '../../api/mod.ts';
import { formatRate } from '../../policy/mod.ts';
import { jsonOption } from '../command.ts';
import type { Call, PosternCommand } from '../command.ts';
import { ask } from '../control.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { printable } from '../printable.ts';
import { formatCount, formatMoment, formatSize, formatSpan } from '../quantity.ts';
import type { Style } from '../style.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly json?: true;
}

export function addStatus(parent: PosternCommand): void {
  parent
    .command('status')
    .summary('show whether Postern runs, and how it is')
    .description(
      'Shows the running daemon: version, workers, listeners, certificate, queue, the last reload, the limits of grants that are used the most, who is slowed down for failures, and clients that look like gateways. Exits 0 when all workers run and answer, 1 when not, 4 when there is no daemon.',
    )
    .addOption(jsonOption())
    .example('postern status', 'for people')
    .example('postern status --json | jq .queue.messages', 'for scripts')
    .runs(runStatus);
}

async function runStatus(call: Call<Options>): Promise<ExitCode> {
  const asked = await ask(call, (client) => client.status());
  if ('exit' in asked) return asked.exit;
  const status = asked.value;
  if (call.options.json) call.out.json(asked.json);
  else call.out.answer(describeStatus(call, status));
  return isWell(status) ? EXIT.yes : EXIT.no;
}

function isWell({ state, workers }: Status): boolean {
  return (
    state === 'running' && workers.every((worker) => worker.state === 'running' && worker.spool !== null)
  );
}

function describeStatus({ out, io }: Call<Options>, status: Status): string {
  const { good, caution } = out.style;
  const now = io.clock.now();
  const verdict = isWell(status) ? good('Running') : caution(VERDICTS[status.state]);
  const head = `${verdict}: Postern ${status.version} for ${formatSpan(status.uptimeSeconds * 1000)}, process ${status.pid}.`;
  return [
    head,
    `Configuration ${status.configuration}, read ${formatMoment(status.configured)}; data in ${status.data}.`,
    '',
    describeWorkers(status.workers, now),
    '',
    describeListeners(status.listeners),
    '',
    ...describeCertificate(status.certificate, now),
    ...describeReload(status),
    ...describeLimits(status.limits),
    ...describeGuarded(status.guarded),
    ...describeGateways(status, out.style),
    describeQueue(status, now),
  ].join('\n');
}

const VERDICTS: Record<Status['state'], string> = {
  starting: 'Starting',
  running: 'Running, but not all of it',
  draining: 'Stopping',
};

function describeWorkers(workers: readonly WorkerStatus[], now: number): string {
  const rows = workers.map((worker) => [
    worker.name,
    worker.spool === null && worker.state === 'running' ? 'does not answer' : worker.state,
    worker.pid === null ? '-' : String(worker.pid),
    worker.started === null ? '-' : formatSpan(now - worker.started),
    String(worker.restarts),
    String(worker.sessions),
    String(worker.inFlight),
    worker.spool === null ? '-' : String(worker.spool.messages),
  ]);
  return formatTable(
    ['WORKER', 'STATE', 'PROCESS', 'UP', 'RESTARTS', 'SESSIONS', 'DELIVERING', 'QUEUED'],
    rows,
  );
}

function describeListeners(listeners: readonly ListenerStatus[]): string {
  const rows = listeners.map(({ name, purpose, tls, auth, addresses }) => [
    name,
    purpose,
    tls,
    auth,
    addresses.join(' '),
  ]);
  return formatTable(['LISTENER', 'FOR', 'TLS', 'AUTH', 'ADDRESSES'], rows);
}

function describeCertificate(certificate: CertificateStatus | null, now: number): string[] {
  if (certificate === null) return ['No certificate: no listener offers TLS.'];
  const { selfSigned, names, notAfter, fingerprint } = certificate;
  const kind = selfSigned ? 'Self-signed certificate (clients cannot verify it)' : 'Certificate';
  const validity =
    notAfter > now
      ? `valid for ${formatSpan(notAfter - now)}, until ${formatMoment(notAfter)}`
      : `EXPIRED on ${formatMoment(notAfter)}`;
  return [`${kind} for ${names.join(', ')}, ${validity}; SHA-256 ${fingerprint}.`];
}

function describeReload({ lastReload }: Status): string[] {
  if (lastReload === null) return [];
  const { at, ok, summary } = lastReload;
  return [`Last reload ${formatMoment(at)}: ${ok ? 'done' : 'refused, nothing was changed'}. ${summary}`];
}

function describeLimits(limits: readonly LimitStatus[]): string[] {
  if (limits.length === 0) return [];
  const rows = limits.map(({ grant, whose, limit, used, until, freeAt }) => [
    grant,
    whose === null ? 'all' : printable(whose),
    formatRate(limit),
    `${used} of ${limit.burst}`,
    until === null ? 'now' : formatMoment(until),
    formatMoment(freeAt),
  ]);
  return ['', formatTable(['LIMIT OF', 'WHOSE', 'RATE', 'USED', 'NEXT', 'ALL FREE AGAIN'], rows), ''];
}

function describeGuarded(guarded: readonly GuardedStatus[]): string[] {
  if (guarded.length === 0) return [];
  const rows = guarded.map(({ network, what, failures, most }) => [
    network,
    WHAT_FAILS[what],
    `${failures} of ${most}`,
  ]);
  return ['', formatTable(['SLOWED DOWN', 'FOR', 'COUNTED'], rows), ''];
}

const WHAT_FAILS: Record<GuardedStatus['what'], string> = {
  logins: 'failed logins',
  recipients: 'recipients that do not exist',
};

/** A finding, with what can be done about it. */
function describeGateways({ gateways: { refused, suspects } }: Status, { caution }: Style): string[] {
  if (suspects.length === 0) return [];
  const what = refused
    ? 'Their address alone opens nothing (suspectGateway: refuse); who signs in can send.'
    : 'Whoever is behind them relays by the same grant; suspectGateway: refuse in the configuration ends that.';
  return [
    ...suspects.map(
      ({ client, grant, reason, names, examples }) =>
        `${caution(`${client} looks like a gateway`)}: ${WHY[reason](names, examples.map(printable))}. It relays by ${grant}.`,
    ),
    `${what} To mend it: publish the ports of the container with the network of the host, name the proxy under proxies, or take the address out of the grant and let clients sign in.`,
    '',
  ];
}

const WHY: Record<SuspectStatus['reason'], (names: number, examples: readonly string[]) => string> = {
  gateway: () => 'it is the default gateway of this host',
  bridge: () => 'it is the address of this host on a bridge of containers',
  own: () => 'it is an address of this host itself',
  names: (names, examples) =>
    `it gave ${names} different names with EHLO within a day, such as ${examples.join(', ')}`,
};

function describeQueue({ queue }: Status, now: number): string {
  if (queue.messages === 0) return 'The queue is empty.';
  const held = queue.held === 0 ? '' : `, ${formatCount(queue.held, 'recipient')} held`;
  const oldest = queue.oldest === null ? '' : `, the oldest ${formatSpan(now - queue.oldest)} old`;
  const size = formatSize(queue.bytes);
  return `${formatCount(queue.messages, 'message')} in the queue (${size})${held}${oldest}. Look at them with: postern queue list`;
}
