import type { Socket } from 'socket.io';
import { eventsOf, memoize, type Page } from '../log/page';
import { Refusal } from '../refusal';
import type { Entry, Ephemeral, Reset } from '../wire';
import { drained, GONE } from './backpressure';
import type { BoundedWebSocket } from './bounded-websocket';
import { EngineConnection, type EngineSocket } from './engine-connection';
import type { Outlet } from './session';
import { textFrames } from './text-frames';

/** The most packets that may wait for a connection when an ephemeral event comes; past it the event is dropped. */
const EPHEMERAL_QUEUE_MAX = 64;

/** Events as packets of Socket.IO, and all of them as one packet for a WebSocket, encoded once for all readers. */
interface Packets {
  each: string[];
  frames: Buffer;
}

const encode = (events: readonly (Entry | Reset | Ephemeral)[]): Packets => {
  const each = events.map((event) => `2${JSON.stringify([event.type, event])}`);
  // Engine.IO puts its own packet type before each: 4, a message.
  return { each, frames: textFrames(each.map((packet) => `4${packet}`)) };
};
const encodeStep = memoize((step: Page | Reset) => encode(eventsOf(step)));
const encodeEvent = memoize((event: Ephemeral) => encode([event]));

/** Writes what a session reads to its Socket.IO socket. */
export class SocketIoOutlet implements Outlet {
  constructor(private readonly socket: Socket) {}

  write(step: Page | Reset): Promise<boolean> | void {
    if (step.type === 'page' && step.entries.length === 0) return;
    if (!this.socket.connected) return GONE;
    const { conn } = this.socket;
    const packets = encodeStep(step);
    const peer = idlePeer(conn);
    if (peer) return peer.writeFrames(packets.frames, this.hangUp);
    enqueue(conn, packets);
    if (EngineConnection.of(conn).queuedPackets > 0)
      return drained((done) => conn.once('drain', done), this.hangUp);
  }

  notify(event: Ephemeral): void {
    const { conn } = this.socket;
    const packets = encodeEvent(event);
    const peer = idlePeer(conn);
    if (peer) peer.writeEphemeralFrames(packets.frames);
    else if (EngineConnection.of(conn).queuedPackets < EPHEMERAL_QUEUE_MAX) enqueue(conn, packets);
  }

  end(error?: unknown): void {
    // A reader that was refused comes back, and its handshake is refused with the reason.
    if (error instanceof Refusal) return this.hangUp();
    if (error) console.error('A Socket.IO reader failed:', error);
    this.hangUp();
  }

  /** Closes the connection. Clients come back by themselves after this, but not after `disconnect()`. */
  private readonly hangUp = (): void => this.socket.conn.close(true);
}

/**
 * Returns the WebSocket of a connection, if nothing waits for it: what is written to it then overtakes nothing. Engine.IO
 * keeps it in a private field. Its own way, `wsPreEncodedFrame`, costs the server more for each delivery: see
 * `npm run bench -- --cases socketio-writes`.
 */
function idlePeer({ transport }: EngineSocket): BoundedWebSocket | undefined {
  if (transport.name !== 'websocket' || !transport.writable) return undefined;
  return (transport as unknown as { socket: BoundedWebSocket }).socket;
}

/** Lets packets wait until a connection can take them. */
function enqueue(socket: EngineSocket, { each, frames }: Packets): void {
  // A connection never leaves WebSocket again, so whole frames may wait for it.
  if (socket.transport.name === 'websocket') socket.write('', preEncoded(frames));
  else for (const packet of each) socket.write(packet);
}

/** Options of Engine.IO that its types lack. */
function preEncoded(frames: Buffer): { compress: false } {
  const options = { compress: false, wsPreEncodedFrame: [frames] } as const;
  return options;
}
