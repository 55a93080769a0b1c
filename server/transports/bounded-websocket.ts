import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { BODY_MAX } from '../access/body-size';
import { rejectUpgrade } from '../http/reject';
import { Refusal } from '../refusal';
import { languageOf } from '../words/language';
import { corkForTurn, GONE, write, writeEphemeral } from './backpressure';

/** The most pings, pongs and empty packets between two heartbeats: they are too small for the rate limit on reads. */
export const CONTROL_FRAMES_MAX = 64;
/** The most frames of one peer that are handled in one turn of the event loop. */
const FRAMES_PER_TURN = 64;
/** The most bytes that are read and discarded after the close frame. Beyond it, the peer is no longer read. */
const DISCARDED_MAX = 1024 * 1024;

/** The longest message in bytes, the most fragments of a message, and the longest wait for a peer's close frame, in ms. */
const BOUNDS = { maxPayload: BODY_MAX, maxFragments: 256, closeTimeout: 1_000 };

/** Private fields of `ws`. The tests that are named where they are used fail if a new version changes them. */
interface Internals {
  _receiver: { _buffers: Buffer[]; _bufferedBytes: number; _allowSynchronousEvents: boolean };
}

/** The peer whose frames are being handled, and how many of them were handled in this turn of the event loop. */
let currentPeer: BoundedWebSocket | undefined;
let handledFrames = 0;

/** A WebSocket peer with bounds on the memory and the time that it can use. */
export class BoundedWebSocket extends WebSocket {
  /** The TCP or TLS connection below. */
  connection!: Socket;

  /** Sends a message; all messages of a turn of the event loop are one write. */
  override send(...message: unknown[]): void {
    corkForTurn(this.connection);
    super.send(...(message as Parameters<WebSocket['send']>));
  }

  /**
   * Writes whole frames, such as `textFrames` makes, as one write.
   * @param stalled is called if they are not sent after 30 s.
   * @returns nothing if they were sent at once, otherwise whether they are; see `LogReader.write`.
   */
  writeFrames(frames: Buffer, stalled: () => void): Promise<boolean> | void {
    return this.readyState === WebSocket.OPEN ? write(this.connection, frames, stalled) : GONE;
  }

  /** Writes the frames of an ephemeral event, or drops them; see {@link writeEphemeral}. */
  writeEphemeralFrames(frames: Buffer): void {
    if (this.readyState === WebSocket.OPEN) writeEphemeral(this.connection, frames);
  }

  /**
   * Sends a close frame, and discards all frames that the peer has sent or still sends. `ws` would handle them first,
   * perhaps thousands, since the peer's close frame comes last.
   */
  override close(code?: number, reason?: string | Buffer): void {
    const wasOpen = this.readyState === WebSocket.OPEN;
    super.close(code, reason);
    if (!wasOpen) return;
    // Covered by bounded-websocket.test.ts and hostile/rate-limits.test.ts.
    Object.assign((this as unknown as Internals)._receiver, { _buffers: [], _bufferedBytes: 0 });
    let left = DISCARDED_MAX;
    this.connection.removeAllListeners('data').on('data', ({ length }: Buffer) => {
      left -= length;
      if (left < 0) this.connection.pause();
    });
    this.connection.resume().end();
  }
}

/** Yields to other peers after 64 frames of one: `ws` then emits one frame per turn of the event loop. */
function yieldBetweenFrames(this: WebSocket): void {
  const peer = this as BoundedWebSocket;
  if (peer !== currentPeer) {
    currentPeer = peer;
    handledFrames = 0;
    setImmediate(() => (currentPeer = undefined));
  }
  handledFrames += 1;
  // Covered by bounded-websocket.test.ts and hostile/stalled-readers.test.ts.
  if (handledFrames > FRAMES_PER_TURN)
    (peer as unknown as Internals)._receiver._allowSynchronousEvents = false;
}

/** A server of bounded WebSockets, for `/ws` and Socket.IO. It refuses malformed handshakes with the body of all errors. */
export class BoundedWebSocketServer<
  Peer extends typeof BoundedWebSocket = typeof BoundedWebSocket,
> extends WebSocketServer<Peer> {
  constructor(options: ServerOptions<Peer>) {
    super({ WebSocket: BoundedWebSocket as Peer, ...options, ...BOUNDS });
    this.on('wsClientError', ({ message }, socket, request) => {
      const refusal = new Refusal('bad_request', ['notHandshake', message]);
      rejectUpgrade(socket, refusal.bodyIn(languageOf(request)));
    });
  }

  /** Completes a handshake. @param accept gets the peer. */
  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    accept: (peer: InstanceType<Peer>, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, socket, head, (peer) => {
      // Node passes upgrades a `Socket`; only its types are wider.
      peer.connection = socket as Socket;
      peer.on('message', yieldBetweenFrames);
      accept(peer, request);
    });
  }
}
