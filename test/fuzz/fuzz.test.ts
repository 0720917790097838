/** Every input that was worth keeping holds what must hold; and the fuzzer finds a defect, makes it small and comes to an end. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, test } from 'node:test';
import { readCorpus } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { distil, fuzz } from './engine.ts';
import { formatInput, parseInputs } from './inputText.ts';
import { Random } from './random.ts';
import type { Target } from './target.ts';

/** Counted are the sources, and the maze. What is counted is loaded after the counting has begun. */
const SOURCES = new URL('../../src/', import.meta.url).href;
const coverage = new Coverage(
  (url) => (url.startsWith(SOURCES) && !url.includes('/testing/')) || url.endsWith('/maze.ts'),
);
after(() => coverage[Symbol.dispose]());
const { maze } = await import('./testing/maze.ts');
const { TARGETS } = await import('./targets/mod.ts');

const forever = { until: Number.POSITIVE_INFINITY, now: () => 0, mostFailures: 1 };

test('formatInput() writes what parseInputs() reads', () => {
  const random = new Random(1);
  const octets = [0x00, 0x0a, 0x0d, 0x20, 0x23, 0x5c, 0x65, 0x6e, 0x78, 0xff];
  const inputs = Array.from({ length: 200 }, () =>
    Buffer.from(Array.from({ length: random.below(300) }, () => random.pick(octets))),
  );
  assert.deepEqual(parseInputs(inputs.map(formatInput).join('\n')), inputs);
});

for (const target of TARGETS) {
  test(`every input in corpus/${target.name}.txt holds`, async () => {
    const corpus = readCorpus(target.name);
    assert.ok(corpus.length >= 3);
    for (const input of corpus) {
      try {
        await target.run(input);
      } catch (error) {
        assert.fail(new Error(`with\n${formatInput(input)}`, { cause: error }));
      }
    }
  });

  test(`fuzz() finds nothing with a few runs of ${target.name}`, async () => {
    const corpus = readCorpus(target.name);
    const runs = 2 * corpus.length + 150;
    const { failures, blocks, ...found } = await fuzz(target, {
      ...forever,
      seed: 7,
      runs,
      coverage,
      corpus,
    });
    assert.deepEqual(
      failures.map(({ input, error }) => `${error.message}\n${formatInput(input)}`),
      [],
    );
    assert.ok(blocks > 10 && found.blocksOfCorpus > 10 && found.runs >= runs);
  });
}

test('fuzz() is led by coverage to what chance alone would not find, and makes it small', async () => {
  const corpus = [Buffer.from('xxxxxxxx')];
  const { failures, pool } = await fuzz(maze, { ...forever, seed: 3, runs: 50_000, coverage, corpus });
  assert.deepEqual(
    failures.map(({ input, error }) => [input.toString('latin1'), error.message]),
    [['maze', 'the end of the maze']],
  );
  const kept = await distil({ ...maze, run: quiet }, pool, { coverage });
  assert.ok(kept.length >= 3 && kept.length <= 6, `${kept.length}`);
  async function quiet(input: Buffer): Promise<readonly string[]> {
    try {
      return await maze.run(input);
    } catch {
      return [];
    }
  }
});

test('fuzz() does the same again with the same seed', async () => {
  const target: Target = { ...maze, run: ([first = 0]) => [`${first % 16}`] };
  const run = () => fuzz(target, { ...forever, seed: 5, runs: 300, coverage, corpus: [Buffer.from('x')] });
  const [one, other] = [await run(), await run()];
  assert.ok(one.pool.length > 5);
  assert.deepEqual(one.pool, other.pool);
});
