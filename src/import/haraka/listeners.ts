/** `smtp.ini`: where Haraka listens. */
import { formatEndpoint, isTextProblem, parseBind } from '../../config/mod.ts';
import type { Endpoint } from '../../config/mod.ts';
import type { DraftListener } from '../draft.ts';
import type { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import { setting } from './files.ts';
import type { Setting } from './files.ts';

const FILE = 'smtp.ini';
const SUBMISSION = 587;

export interface ListenerFacts {
  /** Clients can sign in. */
  readonly auth: boolean;
  /** Clients relay by their address. */
  readonly acl: boolean;
}

export function listenersOf(
  settings: readonly Setting[],
  { auth, acl }: ListenerFacts,
  remarks: Remarks,
): readonly DraftListener[] {
  const smtps = Number(setting(settings, 'smtps_port')?.text ?? '465');
  const { endpoints, comment } = endpointsOf(settings, remarks);
  const groups = new Map<number, Endpoint[]>();
  for (const endpoint of endpoints) {
    groups.set(endpoint.port, [...(groups.get(endpoint.port) ?? []), endpoint]);
  }
  return [...groups].flatMap(([port, group]) => {
    const submission = auth && (port === SUBMISSION || port === smtps);
    if (submission && acl) {
      remarks.left({
        what: `relaying by relay_acl_allow at port ${port}`,
        where: { file: FILE, line: setting(settings, 'listen')?.line ?? 1 },
        why: 'At a submission listener every client signs in, whatever its address.',
        remedy: 'Let these clients use another port.',
      });
    }
    return split(group).map((bind, index) => ({
      name: `${nameOf(port, smtps)}${index === 0 ? '' : `-${index + 1}`}`,
      bind: bind.map(formatEndpoint),
      ...(submission ? ({ for: 'submission' } as const) : {}),
      ...(port === smtps ? ({ tls: 'implicit' } as const) : {}),
      ...(auth ? {} : ({ auth: 'off' } as const)),
      comment,
    }));
  });
}

function nameOf(port: number, smtps: number): string {
  if (port === 25) return 'internet';
  if (port === SUBMISSION) return 'submission';
  return port === smtps ? 'submissions' : `port-${port}`;
}

interface Endpoints {
  readonly endpoints: readonly Endpoint[];
  readonly comment: string;
}

/** Both families, as `[::0]:25` is for Haraka. */
function endpointsOf(settings: readonly Setting[], remarks: Remarks): Endpoints {
  const listen = setting(settings, 'listen');
  const host = setting(settings, 'listen_host');
  const port = setting(settings, 'port');
  const usual = port?.text ?? '25';
  if (listen === undefined || listen.text === '') {
    const text = host?.text ?? '[::0]';
    const from = host ?? port;
    const comment =
      from === undefined
        ? 'what Haraka does without smtp.ini'
        : formatOrigin({ file: FILE, line: from.line });
    return { endpoints: parsed(`${text}:${usual}`, from?.line ?? 1, remarks), comment };
  }
  const where = { file: FILE, line: listen.line };
  const texts = listen.text.split(/\s*,\s*/).filter((text) => text !== '');
  const all = texts.flatMap((text) =>
    parsed(/:\d+$/.test(text) ? text : `${text}:${usual}`, listen.line, remarks),
  );
  const once = new Map(all.map((endpoint) => [formatEndpoint(endpoint), endpoint]));
  return { endpoints: [...once.values()], comment: formatOrigin(where) };
}

/** Haraka's `[::0]` takes IPv4 as well; a Postern listener has each family named. */
function parsed(text: string, line: number, remarks: Remarks): readonly Endpoint[] {
  const [, port] = /^(?:\[::0?\]|::0?):(\d+)$/.exec(text) ?? [];
  const texts = port === undefined ? [text] : [`0.0.0.0:${port}`, `[::]:${port}`];
  return texts.flatMap((one) => {
    const endpoint = parseBind(one);
    if (!isTextProblem(endpoint)) return [endpoint];
    const why = `${endpoint.problem}.`;
    const { remedy = 'Write the address under listeners.' } = endpoint;
    remarks.left({ what: `listen ${text}`, where: { file: FILE, line }, why, remedy });
    return [];
  });
}

/** An address beside the wildcard of its family is a listener of its own. */
function split(group: readonly Endpoint[]): readonly (readonly Endpoint[])[] {
  const wild = group.filter(({ address }) => address.text === '0.0.0.0' || address.text === '::');
  const own = group.filter((endpoint) => !wild.includes(endpoint));
  return [wild, own].filter((part) => part.length > 0);
}
