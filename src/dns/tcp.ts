/** One question over TCP (RFC 7766), on a connection of its own: for answers that do not fit into, or cannot be trusted over, UDP. */
import { connect } from 'node:net';
import type { NameServer } from './server.ts';
import type { Asked, AskOptions } from './udp.ts';
import { encodeQuery, readPacket, type Query } from './wire.ts';

export function askTcp(server: NameServer, query: Query, options: AskOptions): Promise<Asked> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    const finish = (result: Asked): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', cancel);
      socket.destroy();
      resolve(result);
    };
    const fail = (text: string): void => finish({ kind: 'temporary', text });
    const cancel = (): void => fail('cancelled');
    const timer = setTimeout(
      () => fail(`no answer over TCP within ${options.timeoutMs} ms`),
      options.timeoutMs,
    );

    const chunks: Buffer[] = [];
    let size = 0;
    let wanted: number | undefined;
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the name server closed the connection'));
    socket.on('connect', () => socket.write(framed(encodeQuery(query, options.edns))));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= 2) wanted ??= 2 + Buffer.concat(chunks).readUInt16BE(0);
      if (wanted === undefined || size < wanted) return;
      const reading = readPacket(Buffer.concat(chunks).subarray(2, wanted), query);
      if (reading.kind === 'foreign') fail('the name server answered something else');
      // Over TCP the case of letters proves nothing more: a server that folds them is believed here.
      else finish({ kind: 'answer', packet: reading.packet });
    });
    options.signal.addEventListener('abort', cancel, { once: true });
    if (options.signal.aborted) cancel();
  });
}

/** RFC 1035 4.2.2: two octets of length first. */
function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
