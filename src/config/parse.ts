/** The text of a configuration file, checked: pure, without a look at the disk or the machine. */
import { dirname } from 'node:path';
import { checkConfig } from './checks/mod.ts';
import type { Config } from './config.ts';
import type { Positions } from './positions.ts';
import { inOrder } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
import { readTree } from './read.ts';
import { resolveConfig } from './resolve.ts';
import { readYaml } from './yaml.ts';

/** At least one problem, in the order of the file. */
export interface Refusal {
  readonly problems: readonly [ConfigProblem, ...ConfigProblem[]];
}

export type ConfigReading = { readonly config: Config } | Refusal;

export interface ParseOptions {
  /** What relative paths start from; the folder of the file when absent. */
  readonly folder?: string;
  /** Processor cores, for the default number of workers; 2 when absent. */
  readonly cores?: number;
}

/**
 * Parses and checks a configuration. `file` is what places call it. Either the configuration, with every default in
 * place, or every problem of the file, in its order.
 */
export function parseConfig(text: string, file: string, options: ParseOptions = {}): ConfigReading {
  const reading = parseWithPositions(text, file, options);
  return 'config' in reading ? { config: reading.config } : reading;
}

/** The same, with the places of all values, for those that go on checking. */
export function parseWithPositions(
  text: string,
  file: string,
  options: ParseOptions,
): { readonly config: Config; readonly positions: Positions } | Refusal {
  const yaml = readYaml(text, file);
  if ('problems' in yaml) return refused(yaml.problems);
  const { positions } = yaml;
  const reading = readTree(yaml.tree, positions);
  const { folder = dirname(file), cores = 2 } = options;
  const config = reading.written && resolveConfig(reading.written, positions, { file, folder, cores });
  const problems = [...reading.problems, ...checksOf(config, positions, reading.incomplete)];
  return config !== undefined && problems.length === 0 ? { config, positions } : refused(problems);
}

function checksOf(config: Config | undefined, positions: Positions, incomplete: ReadonlySet<string>) {
  return config === undefined ? [] : checkConfig(config, positions, incomplete);
}

export function refused(problems: readonly ConfigProblem[]): Refusal {
  const [first, ...others] = inOrder(problems);
  if (first === undefined) throw new Error('refuse a configuration without a problem');
  return { problems: [first, ...others] };
}
