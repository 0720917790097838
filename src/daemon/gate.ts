/**
 * The one gate before a configuration comes into force, at the start and at every reload: it and the files it names are valid
 * (`loadConfig()`), its addresses can be bound, its policy tests pass, it is proved not to be an open relay, and nothing graver than a
 * warning is found in it (`src/check`). What does not pass changes nothing.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createDirectory, createMailboxes, openAccountReader, type AccountReader } from '../accounts/mod.ts';
import { requireFree } from '../api/mod.ts';
import { examine, readHostFacts, refusalsOf, type Examination } from '../check/mod.ts';
import { loadConfig, type Config, type ConfigProblem } from '../config/mod.ts';
import { DATA_FOLDER } from '../std/mod.ts';
import { unbindable, type Bind } from './bindable.ts';
import { ORPHAN_TIME } from './ipc.ts';
import { smtpSettings } from './settings.ts';

/**
 * How long the workers of a supervisor that was killed may still hold their ports: ORPHAN_TIME and a little. A service manager starts
 * the next one at once. Milliseconds.
 */
const LAST_WORKERS = ORPHAN_TIME + 1_000;

/** What may come into force, and what is known of it. */
export interface Admitted {
  readonly config: Config;
  readonly examination: Examination;
}

type Passed = Admitted | { readonly problems: readonly ConfigProblem[] };

/** `current`: the configuration in force; undefined at the start, which throws ControlError when another Postern has the data folder. */
export async function passGate(path: string, current: Config | undefined): Promise<Passed> {
  const loaded = await loadConfig(path);
  if ('problems' in loaded) return loaded;
  const { config } = loaded;
  if (current === undefined) refuseSecond(config);
  const examination = examineHere(config);
  const problems = [
    ...(current === undefined ? [] : fixedAtStart(config, current)),
    ...(await unbindable(newBinds(config, current), current === undefined ? LAST_WORKERS : 0)),
    ...refusalsOf(examination),
  ];
  return problems.length > 0 ? { problems } : { config, examination };
}

/** Said before all else: a second Postern would find its ports in use, too, and that is not what is wrong. */
function refuseSecond({ data }: Config): void {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  requireFree(join(data, DATA_FOLDER.control));
}

/** Settings that only a start can change. */
const FIXED = ['hostname', 'data', 'workers', 'delivery', 'dns'] as const satisfies readonly (keyof Config)[];

function fixedAtStart(config: Config, current: Config): ConfigProblem[] {
  const changed = FIXED.filter((key) => JSON.stringify(config[key]) !== JSON.stringify(current[key])).map(
    String,
  );
  if (config.log.file !== current.log.file) changed.push('log.file');
  const [reach, reachNow] = [config, current].map((each) => smtpSettings(each).mayReach);
  if (!isDeepStrictEqual(reach, reachNow)) changed.push('routing.outbound.mayReach');
  return changed.map((key) => ({
    place: { file: config.file, line: 1, column: 1 },
    message: `${key} cannot be changed while Postern runs`,
    remedy: `Restart Postern to change ${key}; nothing that it has accepted is lost.`,
  }));
}

function newBinds(config: Config, current: Config | undefined): Bind[] {
  const bound = new Set(
    current?.listeners.flatMap(({ bind }) => bind.map(({ address, port }) => `${address.text} ${port}`)),
  );
  return config.listeners
    .flatMap(({ bind, place }) => bind.map(({ address, port }) => ({ host: address.text, port, place })))
    .filter(({ host, port }) => !bound.has(`${host} ${port}`));
}

/** On this machine, now. The accounts are opened when something asks for them, and what cannot be read then is thrown. */
function examineHere(config: Config): Examination {
  let accounts: AccountReader | undefined;
  const path = join(config.data, DATA_FOLDER.accounts);
  try {
    return examine(config, {
      now: Date.now(),
      host: readHostFacts(),
      lookup: (mailbox) => {
        accounts ??= openAccountReader(path, { emit: () => undefined });
        return createMailboxes(createDirectory(accounts), () => config.postmaster).lookup(mailbox);
      },
    });
  } finally {
    accounts?.[Symbol.dispose]();
  }
}
