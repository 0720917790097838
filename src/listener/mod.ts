/** Accepts connections: sockets, admission, TLS. */
export * from './admission.ts';
export * from './events.ts';
export * from './listener.ts';
export { Stress } from './stress.ts';
export { ensureCertificate, type OwnCertificate } from './certificate.ts';
export {
  CertificateError,
  describeCertificate,
  tlsContext,
  type CertificateDescription,
} from './tlsContext.ts';
