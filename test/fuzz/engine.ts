/**
 * Coverage-guided fuzzing: inputs are changed at random, and what reaches a new block of the sources, or one more often than before,
 * is kept to be changed further. The same seed and number of runs do the same again.
 */
import type { Buffer } from 'node:buffer';
import type { Coverage } from './coverage.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import type { Target } from './target.ts';

export interface Options {
  readonly seed: number;
  /** Whichever comes first. */
  readonly runs: number;
  readonly until: number;
  /** Different failures after which it is of no use to go on. */
  readonly mostFailures: number;
  readonly now: () => number;
  /** Counts the blocks of the sources; begun before they were loaded. */
  readonly coverage: Coverage;
  /** Inputs to begin with; not empty. */
  readonly corpus: readonly Buffer[];
  /** Called before every run, for who watches that it ends. */
  readonly beforeRun?: (input: Buffer) => void;
}

export interface Failure {
  /** As small as it became. */
  readonly input: Buffer;
  readonly error: Error;
  /** In which run it was found first. */
  readonly run: number;
}

export interface Findings {
  readonly runs: number;
  readonly blocks: number;
  /** Of them those that the corpus reached. */
  readonly blocksOfCorpus: number;
  /** The corpus, and after it what was kept. */
  readonly pool: readonly Buffer[];
  readonly failures: readonly Failure[];
}

export async function fuzz(target: Target, options: Options): Promise<Findings> {
  const search = new Search(target, options);
  await search.begin();
  const blocksOfCorpus = search.blocks.size;
  while (!search.over) await search.step();
  const { runs, blocks, pool, failures } = search;
  return { runs, blocks: blocks.size, blocksOfCorpus, pool, failures: [...failures.values()] };
}

/** The least of the inputs, the short ones first, that together reach the same blocks. */
export async function distil(
  target: Target,
  inputs: readonly Buffer[],
  { coverage, beforeRun }: Pick<Options, 'coverage' | 'beforeRun'>,
): Promise<Buffer[]> {
  const seen = new Set<number>();
  const kept: Buffer[] = [];
  coverage.take();
  for (const input of inputs.toSorted((one, other) => one.length - other.length || one.compare(other))) {
    beforeRun?.(input);
    await target.run(input);
    const before = seen.size;
    for (const block of coverage.take().keys()) seen.add(block);
    if (seen.size > before) kept.push(input);
  }
  return kept;
}

class Search {
  runs = 0;
  readonly blocks = new Set<number>();
  readonly pool: Buffer[];
  readonly failures = new Map<string, Failure>();
  readonly #target: Target;
  readonly #options: Options;
  readonly #random: Random;
  /** What has happened: blocks with how often they were run, in steps, and what targets say. */
  readonly #seen = new Set<string>();

  constructor(target: Target, options: Options) {
    this.#target = target;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.pool = [...options.corpus];
  }

  get over(): boolean {
    const { runs, until, mostFailures, now } = this.#options;
    return this.runs >= runs || now() >= until || this.failures.size >= mostFailures;
  }

  /** Runs the corpus, twice: what runs only the first time (tables that are built) is not what an input reaches. */
  async begin(): Promise<void> {
    const { coverage, corpus } = this.#options;
    for (const input of corpus) await this.#run(input);
    coverage.take();
    for (const input of corpus) this.#learn(await this.#run(input), coverage.take());
  }

  /** A batch of new inputs. When together they reach a new block, or say something new, each is looked at alone. */
  async step(): Promise<void> {
    const { coverage } = this.#options;
    const batch: Buffer[] = [];
    let news = false;
    for (let left = this.#target.batch; left > 0 && !this.over; left -= 1) {
      const input = mutate(this.#chosen(), this.#random, {
        words: this.#target.words,
        inputs: this.pool,
        limit: this.#target.limit,
      });
      batch.push(input);
      const said = await this.#run(input);
      news ||= said.some((each) => !this.#seen.has(each));
    }
    const counts = coverage.take();
    const [only, ...others] = batch;
    if (only !== undefined && others.length === 0) {
      if (this.#learn(this.#said, counts)) this.pool.push(only);
    } else if (news || counts.keys().some((block) => !this.blocks.has(block))) {
      for (const input of batch)
        if (this.#learn(await this.#run(input), coverage.take())) this.pool.push(input);
    }
  }

  /** Half of the time a young one: what was found last is what leads on. Of two the shorter: it is easier to change with effect. */
  #chosen(): Buffer {
    const { length } = this.pool;
    const young = this.#random.below(2) === 0 ? Math.ceil(length / 5) : length;
    const [one, other] = [length - young, length - young].map(
      (from) => this.pool[from + this.#random.below(young)],
    );
    if (one === undefined || other === undefined) throw new Error('there is no corpus to begin with');
    return one.length < other.length ? one : other;
  }

  #said: readonly string[] = [];

  async #run(input: Buffer): Promise<readonly string[]> {
    this.#options.beforeRun?.(input);
    this.runs += 1;
    const run = this.runs;
    try {
      this.#said = await this.#target.run(input);
    } catch (error) {
      this.#said = [];
      await this.#failed(input, run, error);
    }
    return this.#said;
  }

  async #failed(input: Buffer, run: number, thrown: unknown): Promise<void> {
    const key = nameOf(thrown);
    if (this.failures.has(key)) return;
    const small = await minimise(input, async (candidate) => {
      this.#options.beforeRun?.(candidate);
      const error = await this.#errorOf(candidate);
      return error !== undefined && nameOf(error) === key;
    });
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.failures.set(key, { input: small, error, run });
    this.#options.coverage.take(); // what came of making it smaller belongs to no input
  }

  async #errorOf(input: Buffer): Promise<unknown> {
    try {
      await this.#target.run(input);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** @returns whether there was something new. */
  #learn(said: readonly string[], counts: ReadonlyMap<number, number>): boolean {
    const before = this.#seen.size;
    for (const [block, count] of counts) {
      this.blocks.add(block);
      this.#seen.add(`${block} ${step(count)}`);
    }
    for (const each of said) this.#seen.add(each);
    return this.#seen.size > before;
  }
}

/** Once, twice, more often, very often. */
function step(count: number): number {
  return count < 3 ? count : count < 20 ? 3 : 4;
}

/** The same for two failures that are the same but for the values in them. */
function nameOf(thrown: unknown): string {
  const text = thrown instanceof Error ? `${thrown.name} ${thrown.message}` : String(thrown);
  return (text.split('\n', 1)[0] ?? '').replaceAll(/\d+|"[^"]*"|'[^']*'/g, '_').slice(0, 80);
}
