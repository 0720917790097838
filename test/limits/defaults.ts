/** A configuration that says nothing of limits, and what the parts of a worker are given by it. */
import assert from 'node:assert/strict';
import { parseConfig, type Config } from '../../src/config/mod.ts';
import { listenerSettings } from '../../src/daemon/settings.ts';
import type { ListenerSettings } from '../../src/session/mod.ts';

const TEXT = `
hostname: mx.inbound.test
listeners:
  internet: { bind: ["127.0.0.1:25"] }
  submission: { bind: ["127.0.0.1:587"], for: submission }
`;

function read(): Config {
  const reading = parseConfig(TEXT, 'postern.yaml');
  assert.ok('config' in reading, JSON.stringify(reading));
  return reading.config;
}

export const DEFAULTS = read();

function settingsOf(name: string): ListenerSettings {
  const listener = DEFAULTS.listeners.find((each) => each.name === name);
  return listenerSettings(DEFAULTS, listener ?? assert.fail(name));
}

export const INTERNET = settingsOf('internet');
export const SUBMISSION = settingsOf('submission');
