/** For tests of whatever sends mail: a mail server that does as it is told, attempts, and couriers with a record. */
export { inChunks, inMemory, makeAttempt, SIMPLE_CONTENT, summary, type AttemptInput } from './attempt.ts';
export { TEST_CERTIFICATE, testSecureContext } from './certificate.ts';
export { lmtpSetup, record, smtpSetup, type Setup, type Told } from './courier.ts';
export { startPeer, type Peer } from './peer.ts';
export type { Answer, PeerMessage, PeerOptions, PeerSession } from './script.ts';
