import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseConfig, policySource } from '../../config/mod.ts';
import { parseMailbox } from '../../mail/mod.ts';
import { compilePolicy, locate } from '../../policy/mod.ts';
import { expandRoutes, parseRoutingTable } from './routingTable.ts';
import type { OldRoute } from './routingTable.ts';

function routes(text: string): readonly OldRoute[] {
  const reading = parseRoutingTable(text, 'routing.txt');
  if ('problems' in reading) assert.fail(JSON.stringify(reading.problems));
  return reading.routes;
}

test('parseRoutingTable() reads lines as people copy them from the dialogue', () => {
  const written =
    'Sent to\tRoute to\n=====  ====\n\n; ours\nA.example\t<inbound>\n#b.example , host.b.example\r\n c.example => [10.0.0.9]\nd.example inbound\ne.example 10.0.0.9:2525\n';
  assert.deepEqual(
    routes(written).map(
      ({ domain, exact, to, line }) =>
        `${line} ${exact ? '#' : ''}${domain} ${to === 'inbound' ? to : to.host}`,
    ),
    [
      '5 a.example inbound',
      '6 #b.example host.b.example:25',
      '7 c.example 10.0.0.9:25',
      '8 d.example inbound',
      '9 e.example 10.0.0.9:2525',
    ],
  );
});

test('parseRoutingTable() says what is wrong with a line, where, and what to write', () => {
  const problems = (text: string) => {
    const reading = parseRoutingTable(text, 'routing.txt');
    assert.ok('problems' in reading);
    return reading.problems.map(
      ({ place, message, remedy }) => `${place.line}:${place.column} ${message}. ${remedy ?? ''}`,
    );
  };
  assert.deepEqual(
    problems(
      'a.example <inbound>\n  a_b <inbound>\nc.example\nd.example <inbond>\na.example host\ne.example a b',
    ),
    [
      '2:3 "a_b" is not a domain of the routing table. A line is a domain, or # and a domain, then <inbound> or a host.',
      '3:1 c.example has no destination. Write <inbound> or a host behind it.',
      '4:1 "<inbond>" is neither <inbound> nor a host. Did you mean <inbound>?',
      '5:1 a.example is here a second time. The first one is in line 1.',
      '6:1 "a b" is neither <inbound> nor a host. Write <inbound>, or the name or address of one host.',
    ],
  );
});

/** Q169683: the exact entries, then the best of the others by whole labels, in whatever order they stand. */
function oldRoute(table: readonly OldRoute[], domain: string): OldRoute['to'] | undefined {
  const exact = table.find((route) => route.exact && route.domain === domain);
  if (exact !== undefined) return exact.to;
  const fitting = table.filter(
    (route) => !route.exact && (route.domain === domain || domain.endsWith(`.${route.domain}`)),
  );
  return fitting.toSorted((one, other) => other.domain.length - one.domain.length)[0]?.to;
}

test('expandRoutes() finds for every domain the route of the old table, in any order of the entries', () => {
  const names = [
    'ms.com',
    'x.ms.com',
    'abc.x.ms.com',
    'sales.ms.com',
    'pms.com',
    'sea.com',
    'chelsea.com',
    'x.sea.com',
    'com',
  ];
  const entry = fc.record({ exact: fc.boolean(), domain: fc.constantFrom(...names), inbound: fc.boolean() });
  const tables = fc.uniqueArray(entry, {
    minLength: 1,
    maxLength: 8,
    selector: ({ exact, domain }) => `${exact} ${domain}`,
  });
  fc.assert(
    fc.property(tables, fc.constantFrom(...names, 'y.abc.x.ms.com', 'other.example'), (entries, asked) => {
      const text = entries.map(
        ({ exact, domain, inbound }) =>
          `${exact ? '#' : ''}${domain} ${inbound ? '<inbound>' : `host.${domain}`}`,
      );
      const table = routes(text.join('\n'));
      const domains = expandRoutes(table).map(({ pattern, route }) => ({
        domain: pattern,
        ...(route.to === 'inbound' ? { inbound: true } : { forward: route.to.host }),
      }));
      const reading = parseConfig(
        JSON.stringify({ hostname: 'mail.ours.example', routing: { domains } }),
        'postern.yaml',
      );
      assert.ok('config' in reading, JSON.stringify(reading));
      const mailbox = parseMailbox(`u@${asked}`);
      assert.ok('address' in mailbox);
      const found = locate(mailbox, compilePolicy(policySource(reading.config))).route;
      const expected = oldRoute(table, asked);
      assert.equal(
        found?.kind,
        expected === undefined ? undefined : expected === 'inbound' ? 'inbound' : 'forward',
      );
      if (found?.kind === 'forward' && found.destination.kind === 'forward' && typeof expected === 'object') {
        assert.equal(`${found.destination.to.host}:25`, expected.host);
      }
    }),
    { numRuns: 500 },
  );
});
