/** The ways in which a client reaches a server: each kind of TLS, with and without signing in. */

export interface Way {
  readonly name: string;
  readonly port: number;
  readonly tls: 'none' | 'starttls' | 'implicit';
  readonly login: { readonly user: string; readonly password: string } | undefined;
}
