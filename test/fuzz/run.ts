/**
 * Fuzzes one target, or all of them one after the other:
 *
 *     node test/fuzz/run.ts --target session --seconds 60 --seed 1
 *
 * Exit codes: 0 nothing found, 1 a failure, 2 wrong use.
 */
import { tmpdir } from 'node:os';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCorpus, writeCorpus } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { distil, fuzz, type Failure, type Findings } from './engine.ts';
import { formatInput, parseInputs } from './inputText.ts';
import type { Target } from './target.ts';
import { watch } from './watchdog.ts';

const SOURCES = new URL('../../src/', import.meta.url).href;
/** Milliseconds after which an input is taken for one that never ends. */
const ENDLESS = 20_000;
const USAGE = `usage: node test/fuzz/run.ts --target NAME|all [--seconds N] [--runs N] [--seed N] [--out FOLDER] [--keep]
       node test/fuzz/run.ts --target NAME --replay FILE
--keep writes what is worth keeping to test/fuzz/corpus/; a failure is written to FOLDER, or to a folder for temporary files`;

interface Order {
  readonly seconds: number;
  readonly runs: number;
  readonly seed: number;
  readonly out: string;
  readonly keep: boolean;
}

async function run(target: Target, order: Order, coverage: Coverage): Promise<boolean> {
  const begun = performance.now();
  await using dog = watch(join(order.out, `${target.name}-endless.txt`), {
    ms: ENDLESS,
    longest: target.limit,
  });
  const corpus = readCorpus(target.name);
  const findings = await fuzz(target, {
    seed: order.seed,
    runs: order.runs,
    mostFailures: 5,
    until: begun + order.seconds * 1000,
    now: () => performance.now(),
    coverage,
    corpus,
    beforeRun: dog.begin,
  });
  console.log(
    summary(target, findings, {
      order,
      corpus: corpus.length,
      seconds: (performance.now() - begun) / 1000,
      known: coverage.known,
    }),
  );
  for (const failure of findings.failures) console.log(told(target, failure, order.out));
  if (order.keep && findings.failures.length === 0) {
    const kept = await distil(target, findings.pool, { coverage, beforeRun: dog.begin });
    writeCorpus(target.name, kept);
    console.log(`  the corpus has ${kept.length} inputs now`);
  }
  return findings.failures.length === 0;
}

interface Frame {
  readonly order: Order;
  readonly corpus: number;
  readonly seconds: number;
  readonly known: number;
}

function summary(target: Target, findings: Findings, { order, corpus, seconds, known }: Frame): string {
  const { runs, blocks, blocksOfCorpus, pool, failures } = findings;
  const verdict = failures.length === 0 ? 'nothing found' : `${failures.length} failures`;
  return `${target.name}: ${verdict} in ${runs} runs, ${Math.round(runs / seconds)} a second, seed ${order.seed}
  ${blocks} of ${known} known blocks reached, ${blocksOfCorpus} of them by the ${corpus} inputs of the corpus
  ${pool.length - corpus} new inputs led further`;
}

function told({ name }: Target, { input, error, run }: Failure, out: string): string {
  const file = join(out, `${name}-${run}.txt`);
  writeFileSync(file, formatInput(input));
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `\nrun ${run}: ${text}\n\nwith ${input.length} octets:\n${formatInput(input)}
to see it again: node test/fuzz/run.ts --target ${name} --replay ${file}`;
}

async function replay(target: Target, file: string): Promise<void> {
  const inputs = parseInputs(readFileSync(file, 'utf8'));
  for (const input of inputs) for (const said of await target.run(input)) console.log(said);
  console.log(`${inputs.length} inputs, and everything holds`);
}

function numberOf(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      seconds: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      replay: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  using coverage = new Coverage((url) => url.startsWith(SOURCES) && !url.includes('/testing/'));
  const { TARGETS } = await import('./targets/mod.ts'); // after the counting has begun
  const chosen = TARGETS.filter(({ name }) => values.target === name || values.target === 'all');
  const seconds = numberOf(values.seconds, values.runs === undefined ? 60 : Number.POSITIVE_INFINITY);
  const runs = numberOf(values.runs, Number.POSITIVE_INFINITY);
  const seed = numberOf(values.seed, 1);
  const [first] = chosen;
  if (first === undefined || Number.isNaN(seconds + runs + seed)) {
    console.error(`${USAGE}\ntargets: ${TARGETS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  if (values.replay !== undefined) {
    await replay(first, values.replay);
    return 0;
  }
  const { keep, out = join(tmpdir(), 'postern-fuzz') } = values;
  mkdirSync(out, { recursive: true });
  let sound = true;
  for (const target of chosen)
    sound = (await run(target, { seconds, runs, seed, out, keep }, coverage)) && sound;
  return sound ? 0 : 1;
}

process.exitCode = await main();
