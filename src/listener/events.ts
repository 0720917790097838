/** What listeners tell. */
import type { Refusal } from './admission.ts';

export interface ListenerEvents {
  /** A listener is bound and accepts. */
  'listener.opened': { readonly listener: string; readonly address: string };
  /** Most slots or most memory are in use, or no longer: the time-outs are those of another step. */
  'listener.stress': {
    /** 0: as configured; 1, 2: shorter. */
    readonly step: number;
    readonly open: number;
    /** Octets in use. */
    readonly memory: number;
  };
  /** A connection was turned away with 421: too many at once or in a second. */
  'connection.refused': {
    readonly listener: string;
    readonly client: string;
    readonly open: number;
    /** The limit that is reached. */
    readonly reason: Refusal;
  };
  /** A connection ended for its PROXY header: one that must be there and is not, or one from who is no proxy. */
  'proxy.refused': {
    readonly listener: string;
    readonly client: string;
    readonly reason: 'absent' | 'malformed' | 'late' | 'crowded' | 'stranger';
    /** What is wrong with it. */
    readonly error: string | null;
  };
  /** A proxy said for whom it speaks; `client` is that one. */
  'proxy.announced': {
    readonly listener: string;
    readonly session: string;
    readonly client: string;
    readonly local: string;
    readonly proxy: string;
  };
  /** A TLS handshake failed, did not come to its end in time, or was left. */
  'tls.failed': {
    readonly listener: string;
    readonly session: string;
    readonly client: string;
    readonly error: string;
  };
}
