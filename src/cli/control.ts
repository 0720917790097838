/** Asking the running daemon. */
import { join } from 'node:path';
import type { ControlAnswer, ControlClient, JsonAnswer } from '../api/mod.ts';
import type { Call } from './command.ts';
import { findDataFolder } from './dataFolder.ts';
import { EXIT } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { DATA_FOLDER } from '../std/mod.ts';

/** The value of an answer, or the exit code after the failure was told. */
export type Asked<Value> =
  | { readonly value: Value; /** As the daemon sent it. */ readonly json: JsonAnswer }
  | { readonly exit: ExitCode };

/** Asks the daemon of the configuration that the command names. */
export async function ask<Value>(
  call: Call<unknown>,
  question: (client: ControlClient) => Promise<ControlAnswer<Value>>,
): Promise<Asked<Value>> {
  const folder = await findDataFolder(call);
  if (typeof folder !== 'string') return folder;
  const { controlClient } = await import('../api/mod.ts');
  const answer = await question(controlClient(join(folder, DATA_FOLDER.control)));
  if (answer.kind === 'done') return { value: answer.value, json: answer.json };
  call.out.fail(answer.error, answer.remedy);
  return { exit: answer.kind === 'noDaemon' ? EXIT.noDaemon : exitOf(answer.status) };
}

/** 4xx is a definite no, or a wrong request; everything else left it open. */
function exitOf(status: number): ExitCode {
  if (status === 400 || status === 413) return EXIT.usage;
  return status > 400 && status < 500 ? EXIT.no : EXIT.cannotTell;
}
