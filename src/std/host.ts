/** A host to connect to. */
export interface Host {
  /** A domain name in lower case, or an IP address as text without brackets. */
  readonly host: string;
  readonly port: number;
}
