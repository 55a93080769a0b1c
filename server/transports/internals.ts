import type { Socket as NetSocket } from 'node:net';
import type { Server, Socket } from 'socket.io';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { BODY_MAX } from '../access/body-size';
import { rejectUpgrade } from '../http/reject';
import { Refusal } from '../refusal';
import { GONE, write } from './backpressure';

/*
 * What the libraries have no public word for, kept to this file. Its test fails when a new version moves it.
 */

/**
 * The bounds of a WebSocket: the longest message, in bytes, the most frames that it may come in, and how long a peer that is
 * hung up on may take to answer, in ms. The types do not know the last.
 */
const BOUNDS = { maxPayload: BODY_MAX, maxFragments: 256, closeTimeout: 1_000 };

/** The most pings, pongs and packets that ask for nothing, between two heartbeats: no allowance bounds them. */
export const CONTROLS_MAX = 64;

/** A server of WebSockets that waits for nobody, and refuses a broken handshake in the one shape of errors. */
export class BoundedServer<Peer extends typeof WebSocket = typeof WebSocket> extends WebSocketServer<Peer> {
  constructor(options: ServerOptions<Peer>) {
    super({ ...options, ...BOUNDS });
    this.on('wsClientError', ({ message }, socket) =>
      rejectUpgrade(socket, new Refusal('bad_request', `This is no WebSocket handshake: ${message}.`).body),
    );
  }
}

/** Whether an Engine.IO session with this id is open. */
export function isSession({ engine }: Server, sid: string): boolean {
  return Object.hasOwn((engine as unknown as { clients: object }).clients, sid);
}

/** The part of an Engine.IO connection that is not in its types. */
interface Connection {
  writeBuffer: readonly { data?: string }[];
  upgrading: boolean;
  transport: { name: string; writable: boolean; perMessageDeflate?: unknown; socket?: WebSocket };
}

/**
 * How many packets wait in a Socket.IO connection because it can't take them now: `bufferedAmount` does not count
 * them, and `drain` tells when they have gone on.
 */
export function queuedPackets(connection: Socket['conn']): number {
  return (connection as unknown as Connection).writeBuffer.length;
}

/** How many characters those packets have. */
export function queuedCharacters(connection: Socket['conn']): number {
  const { writeBuffer } = connection as unknown as Connection;
  return writeBuffer.reduce((sum, { data = '' }) => sum + data.length, 0);
}

/**
 * The WebSocket below a Socket.IO connection, if frames can be written to it directly without overtaking anything:
 * it is the connection's settled transport, and nothing waits before it.
 */
export function settledPeer(connection: Socket['conn']): WebSocket | undefined {
  const { writeBuffer, upgrading, transport } = connection as unknown as Connection;
  const settled =
    transport.name === 'websocket' && transport.writable && !upgrading && writeBuffer.length === 0;
  return settled && !transport.perMessageDeflate ? transport.socket : undefined;
}

/** The TCP connection below a WebSocket, while it is open. */
export function socketOf(peer: WebSocket | undefined): NetSocket | undefined {
  if (peer?.readyState !== WebSocket.OPEN) return undefined;
  return (peer as unknown as { _socket: NetSocket })._socket;
}

/** The TCP connection below a Socket.IO connection that is on WebSocket, while it is open. */
export function socketBelow(connection: Socket['conn']): NetSocket | undefined {
  return socketOf((connection as unknown as Connection).transport.socket);
}

/** The most bytes of a peer that are read and thrown away after the connection was ended, so that it reads why. */
const DISCARDED = 1024 * 1024;

/**
 * Throws away what was received from a peer that was just hung up on, and what it goes on sending: thousands of frames may have
 * come at once, and `close` waits for the one that answers it, behind all of them.
 */
export function discardInput(peer: WebSocket | undefined): void {
  const { _socket: socket, _receiver: receiver } = (peer ?? {}) as {
    _socket?: NetSocket | null;
    _receiver?: object;
  };
  if (!socket || !receiver) return;
  Object.assign(receiver, { _buffers: [], _bufferedBytes: 0 });
  let left = DISCARDED;
  socket.removeAllListeners('data').on('data', ({ length }: Buffer) => {
    left -= length;
    // Who floods is not even thrown away for long: it is not read, and `ws` cuts it off in a second.
    if (left < 0) socket.pause();
  });
  socket.resume().end();
}

/** The most frames of a peer that are handled in one turn of the event loop, without anybody else coming in between. */
const AT_ONCE = 64;
/** Whose frames are being handled, and how many were in this turn. */
let current: WebSocket | undefined;
let handled = 0;

/**
 * Counts a frame. From a peer that has sent very many at once, `ws` hands over one in a turn from then on: others have their turns
 * in between.
 */
export function yieldBetweenFrames(peer: WebSocket | undefined): void {
  if (!peer) return;
  if (peer !== current) {
    current = peer;
    handled = 0;
    setImmediate(() => (current = undefined));
  }
  handled += 1;
  if (handled <= AT_ONCE) return;
  Object.assign((peer as unknown as { _receiver: object })._receiver, { _allowSynchronousEvents: false });
}

/** The WebSocket of a Socket.IO connection, if it is on one. */
export function peerOf(connection: Socket['conn']): WebSocket | undefined {
  return (connection as unknown as Connection).transport.socket;
}

/**
 * Writes whole frames to a peer, as one write.
 * @param stalled is called if the peer takes nothing for 30 s.
 * @returns nothing if the peer took them at once, else whether it does; see `Reader.take`.
 */
export function writeFrames(peer: WebSocket, frames: Buffer, stalled: () => void): Promise<boolean> | void {
  const socket = socketOf(peer);
  return socket ? write(socket, frames, stalled) : GONE;
}

/** Texts as unmasked WebSocket frames (RFC 6455, section 5.2), ready to be written. */
export function textFrames(texts: readonly string[]): Buffer {
  return Buffer.concat(texts.flatMap((text) => framed(Buffer.from(text))));
}

function framed(payload: Buffer): Buffer[] {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x81; // FIN and the opcode of text.
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return [head, payload];
}
