/**
 * A name server for tests: real UDP and TCP sockets on a loopback port, answering from a zone, and able to misbehave.
 *
 * Names that were not added do not exist (NXDOMAIN); a name without the type asked gives "no data"; both with an SOA.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import * as packet from 'dns-packet';
import type { Answer, DecodedPacket, Packet } from 'dns-packet';
import { createZone, type Zone } from './zone.ts';

export type { ZoneRecord } from './zone.ts';

export interface SeenQuery {
  readonly transport: 'udp' | 'tcp';
  readonly id: number;
  /** As it came, letters in their case. */
  readonly name: string;
  readonly type: string;
  readonly edns: boolean;
  /** The client's port. */
  readonly port: number;
}

/** How a query is answered instead of from the zone. */
export type Behaviour =
  | 'silent'
  /** The connection is closed without an answer (TCP). */
  | 'hangUp'
  | { readonly rcode: number; readonly soa?: boolean }
  /** Whole packets to send, one after the other: forgeries, several answers, rubbish. */
  | { readonly packets: readonly Buffer[] }
  /** An answer made by hand; id, question and flags are those of a proper answer unless given. */
  | { readonly packet: Packet };

export interface DnsServer extends AsyncDisposable, Zone {
  /** `127.0.0.1:PORT`, ready for `createResolver({ servers })`. */
  readonly address: string;
  readonly queries: readonly SeenQuery[];
  /** Asks `behave` first; undefined means: from the zone. */
  behave(behave: (query: SeenQuery) => Behaviour | undefined): void;
  /** Sends a packet to the port a UDP query came from, whenever the test wants. */
  send(octets: Buffer, to: SeenQuery): void;
  /** Resolves once `count` queries have come, or more. */
  seen(count: number): Promise<void>;
  /** Seconds that negative answers hold. */
  negativeTtl: number;
}

const EDNS_NONE = 512;
const NXDOMAIN = 3;

export async function startDnsServer(): Promise<DnsServer> {
  const zone = createZone();
  const queries: SeenQuery[] = [];
  const watchers = new Set<() => void>();
  const state = { negativeTtl: 60, behave: (_query: SeenQuery): Behaviour | undefined => undefined };
  const { udp, tcp, port } = await bindBoth();
  const connections = new Set<Socket>();

  function note(query: SeenQuery): void {
    queries.push(query);
    for (const watcher of watchers) watcher();
  }

  /** The packets to send; undefined to close. */
  function respond(
    octets: Buffer,
    from: Pick<SeenQuery, 'transport' | 'port'>,
  ): readonly Buffer[] | undefined {
    const asked = packet.decode(octets);
    const query = seenQuery(asked, from);
    note(query);
    const behaviour = state.behave(query);
    if (behaviour === 'hangUp') return undefined;
    if (behaviour === 'silent') return [];
    if (behaviour !== undefined && 'packets' in behaviour) return behaviour.packets;
    if (behaviour !== undefined && 'packet' in behaviour) return [encodeAnswer(asked, behaviour.packet)];
    if (behaviour !== undefined) {
      const authorities = behaviour.soa === true ? [soa(state.negativeTtl)] : [];
      return [encodeAnswer(asked, { flags: behaviour.rcode, authorities })];
    }
    const answer = encodeAnswer(asked, fromZone(zone, query, state.negativeTtl));
    if (from.transport === 'udp' && answer.length > payloadOf(asked)) {
      return [encodeAnswer(asked, { flags: packet.TRUNCATED_RESPONSE })];
    }
    return [answer];
  }

  udp.on('message', (octets, peer) => {
    for (const out of respond(octets, { transport: 'udp', port: peer.port }) ?? []) {
      udp.send(out, peer.port, peer.address);
    }
  });
  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    serveTcp(socket, (octets) => respond(octets, { transport: 'tcp', port: socket.remotePort ?? 0 }));
  });

  return {
    ...zone,
    address: `127.0.0.1:${port}`,
    queries,
    behave(behave) {
      state.behave = behave;
    },
    send(octets, to) {
      udp.send(octets, to.port, '127.0.0.1');
    },
    seen(count) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (queries.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
    },
    get negativeTtl() {
      return state.negativeTtl;
    },
    set negativeTtl(seconds) {
      state.negativeTtl = seconds;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}

/** The same port for both; tries again when the other protocol's is taken. */
async function bindBoth(): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (;;) {
    const tcp = createServer();
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const address = tcp.address();
    if (address === null || typeof address === 'string') throw new Error('The TCP server has no port');
    const udp = createSocket('udp4');
    const bound = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false));
      udp.bind(address.port, '127.0.0.1', () => resolve(true));
    });
    if (bound) return { udp, tcp, port: address.port };
    udp.close();
    await new Promise<void>((resolve) => tcp.close(() => resolve()));
  }
}

function serveTcp(socket: Socket, respond: (octets: Buffer) => readonly Buffer[] | undefined): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const length = received.readUInt16BE(0);
      const answers = respond(received.subarray(2, 2 + length));
      received = received.subarray(2 + length);
      if (answers === undefined) {
        socket.destroy();
        return;
      }
      for (const answer of answers) {
        const size = Buffer.alloc(2);
        size.writeUInt16BE(answer.length);
        // In two writes, so that a reader cannot count on whole messages.
        socket.write(size);
        socket.write(answer);
      }
    }
  });
}

function seenQuery(asked: DecodedPacket, from: Pick<SeenQuery, 'transport' | 'port'>): SeenQuery {
  const question = asked.questions?.[0];
  const edns = (asked.additionals ?? []).some((record) => record.type === 'OPT');
  return { ...from, id: asked.id ?? 0, name: question?.name ?? '', type: question?.type ?? '', edns };
}

function payloadOf(asked: DecodedPacket): number {
  for (const record of asked.additionals ?? []) if (record.type === 'OPT') return record.udpPayloadSize;
  return EDNS_NONE;
}

function fromZone(zone: Zone, query: SeenQuery, negativeTtl: number): Packet {
  const found = zone.find(query.name, query.type);
  return {
    flags: found.exists ? 0 : NXDOMAIN,
    answers: [...found.answers],
    authorities: found.complete ? [] : [soa(negativeTtl)],
  };
}

function encodeAnswer(asked: DecodedPacket, answer: Packet): Buffer {
  const flags = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | (answer.flags ?? 0);
  return packet.encode({
    type: 'response',
    id: asked.id ?? 0,
    questions: asked.questions ?? [],
    ...answer,
    flags,
  });
}

function soa(ttl: number): Answer {
  const data = { mname: 'ns.test', rname: 'hostmaster.test', serial: 1, refresh: 1, retry: 1, expire: 1 };
  return { name: 'test', type: 'SOA', class: 'IN', ttl, data: { ...data, minimum: ttl } };
}
