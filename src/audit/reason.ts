/** Why there is no connection, no listening and no address, in words that complete "cannot tell: ..."; what the system says when there are none. */
import { errorText } from '../std/mod.ts';

interface End {
  readonly address: string;
  readonly port: number;
}

/** Why no connection to a server came about. `from`: the address that was to be ours. */
export function whyUnreachable(
  error: unknown,
  { address, port, from }: End & { readonly from?: string | undefined },
): string {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return `nobody listens at ${address} port ${port}`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way from here to ${address}`;
    case 'ETIMEDOUT':
      return `${address} does not answer at port ${port}`;
    case 'ECONNRESET':
      return `${address} port ${port} cut the connection off at once`;
    case 'EADDRNOTAVAIL':
      return from === undefined
        ? `this machine has no address to connect to ${address} from`
        : `${from} is not an address of this machine`;
    case 'EACCES':
    case 'EPERM':
      return `this machine does not permit connections to ${address} port ${port}`;
    default:
      return `no connection to ${address} port ${port}: ${errorText(error)}`;
  }
}

/** Why a connection came to its end. */
export function whyBroken(error: unknown): string {
  switch (codeOf(error)) {
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the server cut the connection off';
    case 'ETIMEDOUT':
      return 'the server does not answer any more';
    default:
      return `the connection broke: ${errorText(error)}`;
  }
}

/** Why a host has no known address. */
export function whyUnknown(error: unknown, host: string): string {
  switch (codeOf(error)) {
    case 'ENOTFOUND':
    case 'ENODATA':
      return `${host} has no address`;
    case 'EAI_AGAIN':
      return `the name server does not answer for ${host}`;
    default:
      return `the address of ${host} is not known: ${errorText(error)}`;
  }
}

/** Why an address cannot be listened at; after "cannot listen at ...:". */
export function whyDeaf(error: unknown): string {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return 'another program holds it';
    case 'EADDRNOTAVAIL':
      return 'it is not an address of this machine';
    case 'EACCES':
      return 'ports below 1024 are for root or a program with CAP_NET_BIND_SERVICE';
    default:
      return errorText(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
