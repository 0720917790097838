import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, destinationFor, locate } from './mod.ts';
import { compileRoutes, findRoute } from './route-table.ts';
import { domain, literal, mailbox, place, policySource, route } from './testing/mod.ts';

function found(patterns: readonly string[], name: string): string | undefined {
  const routes = patterns.map((pattern) => route(pattern, 'inbound'));
  return findRoute(compileRoutes({ routes, literals: [] }), domain(name))?.pattern;
}

test('findRoute() matches whole labels', () => {
  const table = ['sea.com', '*.sea.com'];
  assert.equal(found(table, 'sea.com'), 'sea.com');
  assert.equal(found(table, 'x.sea.com'), '*.sea.com');
  assert.equal(found(table, 'x.y.sea.com'), '*.sea.com');
  for (const other of ['chelsea.com', 'x.chelsea.com', 'com', 'sea.com.example', 'sea.co', 'xsea.com']) {
    assert.equal(found(table, other), undefined, other);
  }
});

test('findRoute() takes *.x for subdomains only', () => {
  assert.equal(found(['*.sea.com'], 'sea.com'), undefined);
  assert.equal(found(['sea.com'], 'x.sea.com'), undefined);
});

test('findRoute() prefers the exact entry, then the longest one above, in any order', () => {
  const table = ['*.com', '*.sea.com', '*.x.sea.com', 'x.sea.com'];
  for (const patterns of [table, table.toReversed()]) {
    assert.equal(found(patterns, 'x.sea.com'), 'x.sea.com');
    assert.equal(found(patterns, 'a.x.sea.com'), '*.x.sea.com');
    assert.equal(found(patterns, 'y.sea.com'), '*.sea.com');
    assert.equal(found(patterns, 'sea.com'), '*.com');
  }
});

test('findRoute() finds none of the names that every object has', () => {
  for (const name of ['constructor', 'x.constructor', 'valueof.x']) {
    assert.equal(found(['sea.com', '*.sea.com'], name), undefined);
  }
});

test('locate() finds a literal only when it is listed', () => {
  const listed = { literal: literal('[192.0.2.1]'), place: place(3) };
  const policy = compilePolicy(policySource({ literals: [listed], routes: [route('*.test', 'inbound')] }));
  assert.equal(locate(mailbox('u@[192.0.2.1]'), policy).route?.kind, 'inbound');
  assert.equal(locate(mailbox('u@[192.0.2.1]'), policy).route?.pattern, '[192.0.2.1]');
  assert.equal(locate(mailbox('u@[IPv6:::ffff:192.0.2.1]'), policy).route?.pattern, '[192.0.2.1]');
  assert.equal(locate(mailbox('u@[192.0.2.2]'), policy).route, undefined);
  assert.equal(locate(mailbox('u@[IPv6:2001:db8::1]'), policy).route, undefined);
});

test('locate() follows rewrites to the end and keeps the local part', () => {
  const policy = compilePolicy(
    policySource({
      routes: [
        route('old.test', 'rewrite mid.test'),
        route('*.old.test', 'rewrite old.test'),
        route('mid.test', 'rewrite new.test'),
        route('new.test', 'forward inner.test'),
      ],
    }),
  );
  const location = locate(mailbox('"Odd Name"@x.old.test'), policy);
  assert.equal(location.mailbox.address, '"Odd Name"@new.test');
  assert.equal(location.route?.pattern, 'new.test');
  assert.deepEqual(
    location.rewrites.map(({ pattern }) => pattern),
    ['*.old.test', 'old.test', 'mid.test'],
  );
});

test('locate() leaves a recipient without rewrites alone', () => {
  const policy = compilePolicy(policySource());
  const recipient = mailbox('U@outside.test');
  assert.deepEqual(locate(recipient, policy), { mailbox: recipient, route: undefined, rewrites: [] });
});

test('destinationFor() says where a spooled recipient goes now', () => {
  const policy = compilePolicy(
    policySource({
      routes: [
        route('in.test', 'inbound'),
        route('fwd.test', 'forward inner.test'),
        route('always.test', 'alwaysRelay'),
        route('old.test', 'rewrite fwd.test'),
      ],
      literals: [{ literal: literal('[192.0.2.1]'), place: place() }],
    }),
  );
  const forward = { kind: 'forward', to: { host: 'inner.test', port: 25 } };
  assert.deepEqual(destinationFor(mailbox('u@in.test'), policy), { kind: 'inbound' });
  assert.deepEqual(destinationFor(mailbox('u@[192.0.2.1]'), policy), { kind: 'inbound' });
  assert.deepEqual(destinationFor(mailbox('u@fwd.test'), policy), forward);
  assert.deepEqual(destinationFor(mailbox('u@old.test'), policy), forward);
  assert.deepEqual(destinationFor(mailbox('u@always.test'), policy), { kind: 'outbound' });
  assert.deepEqual(destinationFor(mailbox('u@else.test'), policy), { kind: 'outbound' });
  assert.deepEqual(destinationFor(mailbox('u@[192.0.2.2]'), policy), { kind: 'outbound' });
});
