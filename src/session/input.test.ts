/** What a client has sent and nobody has looked at: in order, and bounded. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { Input } from './input.ts';

test('Input gives lines, then octets, then lines again, and loses none between them', () => {
  const input = new Input(100);
  input.push(Buffer.from('BDAT 5\r\nab'));
  input.push(Buffer.from('cdeNOOP\r'));
  input.push(Buffer.from('\n'));
  assert.equal(input.nextLine()?.bytes.toString(), 'BDAT 5');
  input.leaveLines();
  assert.equal(input.nextChunk()?.toString(), 'ab');
  const chunk = input.nextChunk();
  assert.equal(chunk?.toString(), 'cdeNOOP\r');
  input.giveBack(Buffer.from('NOOP\r'));
  assert.equal(input.nextLine()?.bytes.toString(), 'NOOP');
  assert.equal(input.nextLine(), undefined);
  assert.ok(input.isEmpty);
});

test('Input is full over 64 KiB, and long before with many tiny chunks', () => {
  const large = new Input(100);
  large.push(Buffer.alloc(64 * 1024 - 128));
  assert.ok(!large.isFull);
  large.push(Buffer.alloc(1));
  assert.ok(large.isFull);
  const tiny = new Input(100);
  for (let octet = 0; octet < 600; octet += 1) tiny.push(Buffer.alloc(1));
  assert.ok(tiny.isFull);
});

test('Input.clear() throws everything away, what was read ahead for lines as well, and counts it', () => {
  const input = new Input(100);
  input.push(Buffer.from('STARTTLS\r\nRCPT'));
  input.push(Buffer.from(' TO'));
  assert.equal(input.nextLine()?.bytes.toString(), 'STARTTLS');
  assert.equal(input.clear(), 7);
  assert.equal(input.nextLine(), undefined);
  assert.ok(input.isEmpty);
});
