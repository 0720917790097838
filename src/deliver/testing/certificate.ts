/**
 * A certificate for tests, signed by itself, for `mx.test` and every name below it; valid until 2125. Its key is no secret and
 * protects nothing.
 */
import { createSecureContext, type SecureContext } from 'node:tls';

/** What a client has to trust for it to verify. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBZjCCAQygAwIBAgIBATAKBggqhkjOPQQDAjASMRAwDgYDVQQDDAdteC50ZXN0
MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjUwMTAxMDAwMDAwWjASMRAwDgYDVQQDDAdt
eC50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElUzD6YfspYBLkSC+ozpR
WR31VOJlOF35XsjPWBWURiTo2N2jqBAgi8QU3Ms0lRYjbp/6p5H9LwMwG4Wyn0oA
a6NRME8wDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU22p0t4JgYFTU8iArecEo
ZBMZXjYwHQYDVR0RBBYwFIIHbXgudGVzdIIJKi5teC50ZXN0MAoGCCqGSM49BAMC
A0gAMEUCIQDLBZuaUG/yrR8hJduj/qkD7MnnL2UnT2PNrgZdl0t0YgIgV+rsvsUS
02g5ArzFPQgVH3Uv5jpRmlumd8LuHM7YsPI=
-----END CERTIFICATE-----
`;

const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkNaBrmbKc/OYa7yT
dT9xScG+zOby0eGpbj86T3ciXIGhRANCAASVTMPph+ylgEuRIL6jOlFZHfVU4mU4
XfleyM9YFZRGJOjY3aOoECCLxBTcyzSVFiNun/qnkf0vAzAbhbKfSgBr
-----END PRIVATE KEY-----
`;

export function testSecureContext(): SecureContext {
  return createSecureContext({ cert: TEST_CERTIFICATE, key: TEST_KEY });
}
