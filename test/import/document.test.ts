/** docs/exchange.md shows what the programs really write and say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { site } from '../../src/cli/testing/kit.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLE = join(import.meta.dirname, 'exchange/walkthrough');
const document = readFileSync(join(ROOT, 'docs/exchange.md'), 'utf8');

function blocks(kind: string): readonly string[] {
  return [...document.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === kind)
    .map(([, , text = '']) => text);
}

test('docs/exchange.md shows the routing table and the configuration of its example', () => {
  assert.deepEqual(blocks('text'), [readFileSync(join(EXAMPLE, 'routing.txt'), 'utf8')]);
  assert.deepEqual(blocks('yaml'), [readFileSync(join(EXAMPLE, 'expected.yaml'), 'utf8')]);
  const [, remark = ''] = /^left (.*)$/m.exec(readFileSync(join(EXAMPLE, 'remarks.txt'), 'utf8')) ?? [];
  assert.ok(document.replaceAll(/\s+/g, ' ').includes(remark), remark);
});

test('docs/exchange.md shows what explain answers for its example', async (t) => {
  const { run } = await site(t, readFileSync(join(EXAMPLE, 'expected.yaml'), 'utf8'));
  assert.equal((await run(['account', 'add', 'alice@contoso.example'])).code, 0);
  const shown = blocks('console').flatMap((text) => [...text.matchAll(/^\$ postern (.+)\n(.+)$/gm)]);
  assert.ok(shown.length >= 9);
  for (const [, line = '', answer = ''] of shown) {
    const ran = await run(line.split(' '));
    // Places are shown with the path of the file.
    const [first = ''] = ran.stdout.split('\n');
    assert.equal(first.replace(/\((?:\S*\/)?postern\.yaml:/, '(postern.yaml:'), answer, line);
  }
});
