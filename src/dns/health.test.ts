import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHealth } from './health.ts';

interface Told {
  readonly name: string;
  readonly questions: number;
}

function setup() {
  const told: Told[] = [];
  const clock = { time: 0 };
  const health = createHealth({
    servers: ['192.0.2.53'],
    clock: { now: () => clock.time },
    emit: (name, { questions }) => told.push({ name, questions }),
  });
  return {
    told,
    clock,
    health,
    fail: (times: number) => Array.from({ length: times }, () => health.unanswered('silence')),
  };
}

describe('createHealth()', () => {
  it('says nothing of four unanswered questions in a row, nor of more with an answer between', () => {
    const t = setup();
    t.fail(4);
    t.health.answered();
    t.fail(4);
    assert.deepEqual(t.told, []);
  });

  it('tells at the fifth, every five minutes while it lasts, and when it is over', () => {
    const t = setup();
    t.fail(1000);
    t.clock.time = 5 * 60_000 - 1;
    t.fail(1);
    t.clock.time += 1;
    t.fail(2);
    t.health.answered();
    t.health.answered();
    assert.deepEqual(t.told, [
      { name: 'dns.unreachable', questions: 5 },
      { name: 'dns.unreachable', questions: 1002 },
      { name: 'dns.reachable', questions: 1003 },
    ]);
  });
});
