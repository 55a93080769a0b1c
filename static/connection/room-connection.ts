import type { Entry, ErrorBody } from '../../server/wire.js';
import { api, ApiError, isErrorBody } from './api.js';
import { polling } from './polling.js';
import { socketIo } from './socketio.js';
import { sse } from './sse.js';
import { withTimeout, type StreamHandlers, type OpenStream, type Outgoing } from './stream.js';
import { shareAcrossTabs } from './tab-leader.js';
import { TransportFallback } from './transport-fallback.js';
import { transports, type Transport } from './transports.js';

/** What the connection is doing: live over a way, trying, or waiting to try at a time. */
export interface ConnectionState {
  live: Transport | undefined;
  /** In milliseconds since the epoch. */
  retryAt: number | undefined;
  /** Why the server lets nobody in, if that is why nothing is live. */
  refusal: ErrorBody | undefined;
}

/** The page's connection to its room, in both directions, over the best way there is. */
export class RoomConnection {
  private readonly fallback: TransportFallback;

  constructor(
    private readonly room: string,
    /** The kinds of entry to listen for. */
    entryTypes: readonly string[],
    ear: Omit<StreamHandlers, 'onLive' | 'onLost'>,
    changed: (state: ConnectionState) => void,
  ) {
    const open = openers(room, entryTypes);
    this.fallback = new TransportFallback(
      (way, ends) => open[way]({ ...ear, ...ends }),
      () => {
        const { live, retryAt, refusal } = this.fallback;
        changed({ live, retryAt, refusal });
      },
    );
  }

  /** Begins: over one way alone, or the best that works. */
  start(way: Transport | undefined): void {
    this.select(way);
    addEventListener('online', () => this.fallback.tryNow());
    // Networks go without closing what ran over them. A server on this same machine is back with the next try.
    addEventListener('offline', () => this.fallback.disconnect());
  }

  /** Goes over to one way alone, or to the best that works. */
  select(way: Transport | undefined): void {
    this.fallback.select(way ? [way] : transports);
  }

  /** Tries now what was planned for later, if nothing is live. */
  retryNow(): void {
    if (!this.fallback.live) this.fallback.tryNow();
  }

  /**
   * Brings a message to the server.
   * @throws {ApiError} status 0 where nobody knows whether it arrived.
   */
  async send({ id, message }: Outgoing): Promise<Entry> {
    const { stream } = this.fallback;
    const send = stream?.send;
    const answer = await send?.({ id, message });
    if (isErrorBody(answer)) throw ApiError.from(answer);
    if (answer) return answer;
    const stored = await api<Entry>('/messages', 'POST', { id, message, room: this.room });
    // The server is there, and this way did not bring its answer.
    if (stream && send) this.fallback.abandon(stream);
    return stored;
  }

  /** Tells the room that something is being written, where that costs nothing. */
  typing(): void {
    this.fallback.stream?.typing?.();
  }
}

/** How each way is opened. A browser allows a server six connections, so its tabs share all that are no WebSockets. */
function openers(room: string, entryTypes: readonly string[]): Record<Transport, OpenStream> {
  const share = (way: Transport, open: OpenStream): OpenStream =>
    shareAcrossTabs(`parley:${room}:${way}`, withTimeout(open));
  return {
    websocket: withTimeout(socketIo(room, 'websocket')),
    polling: share('polling', socketIo(room, 'polling')),
    sse: share('sse', sse(room, entryTypes)),
    subscribe: share('subscribe', polling(room, '/subscribe')),
    poll: share('poll', polling(room, '/messages')),
  };
}
