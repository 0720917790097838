/** Everything that is fuzzed. */
import type { Target } from '../target.ts';
import { config } from './config.ts';
import { address, domain, header } from './mail.ts';
import { dns, proxy } from './net.ts';
import { session } from './session.ts';
import { command, content, reply, xtext } from './smtp.ts';

export const TARGETS: readonly Target[] = [
  session,
  command,
  content,
  reply,
  xtext,
  header,
  address,
  domain,
  proxy,
  dns,
  config,
];
