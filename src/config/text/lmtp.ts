/** Where an LMTP server listens. */
import { Buffer } from 'node:buffer';
import type { Host } from '../../std/mod.ts';
import { parseHost } from './endpoint.ts';
import { isTextProblem, quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

/** Octets of the path of a UNIX socket: `sun_path` of unix(7), less its final NUL. */
const MAX_SOCKET_PATH = 107;

/** `unix:/run/dovecot/lmtp`, or a host and port. */
export function parseLmtp(text: string): { readonly path: string } | Host | TextProblem {
  if (text.startsWith('unix:')) return socket(text.slice('unix:'.length));
  if (text.startsWith('/') || text.startsWith('./')) {
    return textProblem(`${quoted(text)} is a path`, `For a UNIX socket write "unix:${text}".`);
  }
  const host = parseHost(text, { usual: 24 });
  return isTextProblem(host) && !/ (?:port|brackets)$/.test(host.problem)
    ? textProblem(
        `${quoted(text)} is not an LMTP server`,
        'Write "unix:/run/dovecot/lmtp" or "127.0.0.1:24".',
      )
    : host;
}

function socket(path: string): { readonly path: string } | TextProblem {
  if (path === '' || path.includes('\0'))
    return textProblem(`${quoted(`unix:${path}`)} has no path of a socket`);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    return textProblem(
      `the path of the socket is longer than ${MAX_SOCKET_PATH} octets, which no system permits`,
    );
  }
  return { path };
}
