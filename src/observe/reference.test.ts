import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, FIELDS, logEventsReference } from './mod.ts';

test('logEventsReference() has a row for every event and every field', () => {
  const page = logEventsReference();
  for (const name of Object.keys(EVENTS)) assert.ok(page.includes(`| \`${name}\` |`), name);
  for (const name of Object.keys(FIELDS)) assert.ok(page.includes(`| \`${name}\` |`), name);
});

test('logEventsReference() keeps its tables whole: no meaning holds a bar or a line break', () => {
  for (const { meaning } of Object.values(EVENTS)) assert.doesNotMatch(meaning, /[|\r\n]/);
  for (const meaning of Object.values(FIELDS)) assert.doesNotMatch(meaning, /[|\r\n]/);
});
