/** The report of `postern check` as JSON, `postern.check/2`. Numbers of addresses are texts: they may be too large for a number. */
import { describeExample, describeOpening, isUndecided, placeOf, whoCanRelay } from '../../check/mod.ts';
import { coverOf } from '../../config/mod.ts';
import { formatRule } from '../../policy/mod.ts';
import type { PolicyTestResult } from '../../policy/mod.ts';
import type { AddressCount, Opening, Proof, Reach } from '../../proof/mod.ts';
import { factsJson } from '../explain/json.ts';
import type { Checked } from './run.ts';

const SCHEMA = 'postern.check/2';

export function checkJson(checked: Checked) {
  const { path, verdict } = checked;
  if (verdict === 'invalid')
    return { schema: SCHEMA, verdict, configuration: path, problems: checked.problems };
  const { tests, proof, findings, untold } = checked.examination;
  return {
    schema: SCHEMA,
    verdict,
    configuration: path,
    problems: [],
    proof: proofJson(proof),
    reach: reachJson(proof),
    findings,
    untold,
    tests: tests.map(testJson),
  };
}

function proofJson(proof: Proof) {
  const { openings, assumptions, anonymous, anonymousCount, alwaysRelay, rerouting, classes } = proof;
  return {
    proved: openings.length === 0,
    openings: openings.map(openingJson),
    assumptions: assumptions.map(({ rule, localAddresses }) => ({
      rule: formatRule(rule),
      ...(rule.kind === 'none' ? {} : { place: rule.place }),
      localAddresses: localAddresses.flatMap(coverOf),
    })),
    anonymous: anonymous.flatMap(coverOf),
    anonymousCount: countJson(anonymousCount),
    alwaysRelay,
    rerouting,
    classes,
  };
}

function openingJson(opening: Opening) {
  const { facts, explanation } = opening.example;
  return {
    kind: opening.kind,
    message: describeOpening(opening),
    place: placeOf(opening),
    example: {
      text: describeExample(opening.example),
      facts: factsJson(facts),
      rule: formatRule(explanation.decision.rule),
      steps: explanation.steps,
    },
  };
}

/** A row for each grant: the words of the table, and the numbers behind them. */
function reachJson(proof: Proof) {
  const rows = whoCanRelay(proof, { items: Number.POSITIVE_INFINITY });
  return proof.reach.map((each, index) => {
    const { 'signed in': signedIn, senders, recipients, limit, until } = rows[index] ?? {};
    return { ...numbersOf(each), signedIn, senders, recipients, limit, until };
  });
}

function numbersOf({ source, clients, count, reached, coveredBy }: Reach) {
  return {
    grant: source.name,
    place: source.place,
    /** null: whatever the address is. */
    clients: source.from === undefined ? null : clients.flatMap(coverOf),
    count: countJson(count),
    reached,
    coveredBy: coveredBy.map(formatRule),
  };
}

function countJson({ v4, v6, public4, public6 }: AddressCount) {
  return { v4: String(v4), v6: String(v6), public4: String(public4), public6: String(public6) };
}

function testJson(result: PolicyTestResult) {
  const { name, place } = result.test;
  return {
    ...(name === undefined ? {} : { name }),
    place,
    result: result.passed ? 'passed' : isUndecided(result) ? 'cannotTell' : 'failed',
    ...(result.passed ? {} : { message: result.message }),
  };
}
