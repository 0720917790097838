/** A host to connect to. */
export interface Host {
  /** A domain name in lower case, or an IP address as text without brackets. */
  readonly host: string;
  readonly port: number;
}

/** How a host is written, `mail.example:25`; an IPv6 address in brackets. */
export function formatHost({ host, port }: Host): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
