/** How the records of each type are taken out of answers. */
import { parseIp, type IpAddress } from '../std/mod.ts';
import type { RecordReader } from './answer.ts';
import { foldName } from './name.ts';
import type { MxHost } from './types.ts';

export const A: RecordReader<IpAddress> = {
  type: 'A',
  read: (record) => (record.type === 'A' ? parseIp(record.data) : undefined),
};

export const AAAA: RecordReader<IpAddress> = {
  type: 'AAAA',
  read: (record) => (record.type === 'AAAA' ? parseIp(record.data) : undefined),
};

export const MX: RecordReader<MxHost> = {
  type: 'MX',
  read: (record) =>
    record.type === 'MX'
      ? { host: foldName(record.data.exchange), preference: record.data.preference ?? 0 }
      : undefined,
};

export const PTR: RecordReader<string> = {
  type: 'PTR',
  read: (record) => (record.type === 'PTR' ? foldName(record.data) : undefined),
};

/** Octets kept of one TXT record. */
const MAX_TEXT = 2048;

export const TXT: RecordReader<string> = {
  type: 'TXT',
  read(record) {
    if (record.type !== 'TXT') return undefined;
    const parts = Array.isArray(record.data) ? record.data : [record.data];
    const octets = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
    // The strings of a record are one text, as everyone who uses the type reads them. Latin-1, so that every octet is one character.
    return Buffer.concat(octets).subarray(0, MAX_TEXT).toString('latin1');
  },
};
