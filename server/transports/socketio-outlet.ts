import type { Socket } from 'socket.io';
import { eventsOf, memoize, type Page } from '../log/page';
import { Refusal } from '../refusal';
import type { Entry, Ephemeral, Reset } from '../wire';
import { drained, GONE } from './backpressure';
import type { BoundedWebSocket } from './bounded-websocket';
import { EngineConnection, type EngineSocket } from './engine-connection';
import type { Outlet } from './outlet';
import { textFrames } from './text-frames';

/** The most packets that may wait for a connection when an ephemeral event is sent; beyond it, the event is dropped. */
const EPHEMERAL_QUEUE_MAX = 64;

/** Encodes an event as a packet of Socket.IO. */
const packetOf = (event: Entry | Reset | Ephemeral): string => `2${JSON.stringify([event.type, event])}`;
/** Encodes events as WebSocket frames. Engine.IO puts its own packet type before each: 4, a message. */
const framesOf = (events: readonly (Entry | Reset | Ephemeral)[]): Buffer =>
  textFrames(events.map((event) => `4${packetOf(event)}`));
const stepFrames = memoize((step: Page | Reset) => framesOf(eventsOf(step)));
const eventFrames = memoize((event: Ephemeral) => framesOf([event]));

/** Sends the entries and events of a session to its Socket.IO socket. */
export class SocketIoOutlet implements Outlet {
  constructor(private readonly socket: Socket) {}

  write(step: Page | Reset): Promise<boolean> | void {
    if (step.type === 'page' && step.entries.length === 0) return;
    if (!this.socket.connected) return GONE;
    const { conn } = this.socket;
    const peer = idlePeer(conn);
    if (peer) return peer.writeFrames(stepFrames(step), this.hangUp);
    enqueue(conn, eventsOf(step), () => stepFrames(step));
    if (EngineConnection.of(conn).queuedPackets > 0)
      return drained((done) => conn.once('drain', done), this.hangUp);
  }

  notify(event: Ephemeral): void {
    const { conn } = this.socket;
    const peer = idlePeer(conn);
    if (peer) peer.writeEphemeralFrames(eventFrames(event));
    else if (EngineConnection.of(conn).queuedPackets < EPHEMERAL_QUEUE_MAX)
      enqueue(conn, [event], () => eventFrames(event));
  }

  end(error?: unknown): void {
    // After a refusal, the client reconnects, and its handshake is refused with the reason.
    if (error && !(error instanceof Refusal)) console.error('A Socket.IO reader failed:', error);
    this.hangUp();
  }

  /** Closes the connection. Clients reconnect by themselves after this, but not after `disconnect()`. */
  private readonly hangUp = (): void => this.socket.conn.close(true);
}

/**
 * Returns the WebSocket of a connection if no packets wait in Engine.IO, so that frames written to it overtake none.
 *
 * A packet is only in Engine.IO's buffer while its transport is not writable: `sendPacket` flushes in the same call, the
 * transport is not writable again until the callback of its last write, and that callback flushes before it returns, as
 * does an upgrade from polling.
 *
 * The WebSocket is a private field. Engine.IO's own way, `wsPreEncodedFrame`, costs the server more for each delivery: see
 * `npm run bench -- --cases socketio-writes`.
 */
function idlePeer({ transport }: EngineSocket): BoundedWebSocket | undefined {
  if (transport.name !== 'websocket' || !transport.writable) return undefined;
  return (transport as unknown as { socket: BoundedWebSocket }).socket;
}

/** Writes events to a connection through the queue of Engine.IO. @param frames encodes them for a WebSocket. */
function enqueue(
  socket: EngineSocket,
  events: readonly (Entry | Reset | Ephemeral)[],
  frames: () => Buffer,
): void {
  if (socket.transport.name !== 'websocket') {
    for (const event of events) socket.write(packetOf(event));
    return;
  }
  // A connection never changes back from WebSocket, so encoded frames may wait. The types of Engine.IO lack the option.
  const options = { compress: false, wsPreEncodedFrame: [frames()] };
  socket.write('', options);
}
