/** One address that messages can be handed to, and how. */
import type { RelayLogin } from './types.ts';

/** What is asked of TLS on a connection. */
export type Protection =
  | 'none'
  /** When it is offered; the certificate need not verify, for clear text would be the alternative (RFC 7435). */
  | 'opportunistic'
  /** STARTTLS with a certificate that verifies, or nothing is sent. */
  | 'required'
  /** From the first octet, as on port 465 (RFC 8314); the certificate need not verify. */
  | 'implicit'
  /** From the first octet, with a certificate that verifies. */
  | 'implicitRequired';

export interface Endpoint {
  readonly protocol: 'smtp' | 'lmtp';
  /** Equal for endpoints that can share a connection. */
  readonly id: string;
  /** For outcomes and events: `mail.example [192.0.2.1]:25`, or a path. */
  readonly remote: string;
  readonly at: { readonly address: string; readonly port: number } | { readonly path: string };
  /** The name that a certificate has to hold and that SNI tells; an IP address for a peer that has no name. */
  readonly name: string;
  readonly protection: Protection;
  readonly login: RelayLogin | undefined;
  /**
   * That this is the host to go to is certain: the configuration or the address itself names it, and no DNS answer that anybody
   * could have made up (RFC 8689 4.2.1). Says nothing of the connection, which others of that `id` may share.
   */
  readonly proven: boolean;
}

export function tcpEndpoint(
  protocol: Endpoint['protocol'],
  peer: { readonly name: string; readonly address: string; readonly port: number },
  options: Pick<Endpoint, 'protection' | 'login' | 'proven'>,
): Endpoint {
  const { name, address, port } = peer;
  const remote = name === address ? `[${address}]:${port}` : `${name} [${address}]:${port}`;
  const login = options.login === undefined ? '' : ` ${options.login.user} ${options.login.passwordFile}`;
  return { ...options, protocol, name, remote, at: { address, port }, id: `${protocol} ${remote}${login}` };
}

export function socketEndpoint(path: string): Endpoint {
  const at = { remote: path, at: { path }, id: `lmtp ${path}` };
  return { ...at, protocol: 'lmtp', name: 'localhost', protection: 'none', login: undefined, proven: true };
}
