import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePatterns, fitsPatterns, formatPattern } from './patterns.ts';
import { domain, mailbox } from './testing/mod.ts';

test('fitsPatterns() compares an address without regard to case and quoting', () => {
  const patterns = compilePatterns([{ kind: 'address', localKey: 'Scan', domain: domain('a.test') }]);
  for (const address of ['scan@a.test', 'SCAN@A.TEST', '"scan"@a.test']) {
    assert.ok(fitsPatterns(patterns, mailbox(address)), address);
  }
  for (const address of [
    'scan2@a.test',
    'scan@b.test',
    'scan@x.a.test',
    '"scan "@a.test',
    'scan@[192.0.2.1]',
  ]) {
    assert.equal(fitsPatterns(patterns, mailbox(address)), false, address);
  }
});

test('fitsPatterns() takes @b for that domain exactly and @*.b for what is below it', () => {
  const exact = compilePatterns([{ kind: 'domain', domain: domain('b.test') }]);
  const above = compilePatterns([{ kind: 'subdomains', domain: domain('b.test') }]);
  const fits = ['u@b.test', 'u@x.b.test', 'u@x.y.b.test', 'u@ab.test', 'u@test', '"u@b.test"@c.test'].map(
    (address) => [fitsPatterns(exact, mailbox(address)), fitsPatterns(above, mailbox(address))],
  );
  assert.deepEqual(fits, [
    [true, false],
    [false, true],
    [false, true],
    [false, false],
    [false, false],
    [false, false],
  ]);
});

test('fitsPatterns() takes the null reverse-path only where it is listed', () => {
  assert.ok(fitsPatterns(compilePatterns([{ kind: 'null' }]), null));
  assert.equal(fitsPatterns(compilePatterns([{ kind: 'null' }]), mailbox('u@b.test')), false);
  assert.equal(fitsPatterns(compilePatterns([{ kind: 'domain', domain: domain('b.test') }]), null), false);
});

test('fitsPatterns() tells a local part that holds an at sign from the address it looks like', () => {
  const patterns = compilePatterns([{ kind: 'address', localKey: 'a', domain: domain('b.test') }]);
  assert.equal(fitsPatterns(patterns, mailbox('"a@b.test"@c.test')), false);
  const quoted = compilePatterns([{ kind: 'address', localKey: 'a@b.test', domain: domain('c.test') }]);
  assert.ok(fitsPatterns(quoted, mailbox('"a@b.test"@c.test')));
});

test('fitsPatterns() finds none of the names that every object has', () => {
  const patterns = compilePatterns([{ kind: 'domain', domain: domain('b.test') }]);
  for (const address of ['__proto__@a.test', 'constructor@a.test', 'u@constructor', 'u@x.constructor']) {
    assert.equal(fitsPatterns(patterns, mailbox(address)), false, address);
  }
});

test('formatPattern() writes a pattern as the configuration does', () => {
  const b = domain('b.test');
  assert.equal(formatPattern({ kind: 'address', localKey: 'a', domain: b }), 'a@b.test');
  assert.equal(formatPattern({ kind: 'domain', domain: b }), '@b.test');
  assert.equal(formatPattern({ kind: 'subdomains', domain: b }), '@*.b.test');
  assert.equal(formatPattern({ kind: 'null' }), '<>');
});
