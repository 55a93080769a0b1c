import type { Entry, ErrorBody } from '../../server/wire.js';
import { api, ApiError, isError } from './api.js';
import { polls } from './polls.js';
import { socketIo } from './socket.js';
import { sse } from './sse.js';
import { inTime, type StreamHandlers, type Open, type Outgoing } from './stream.js';
import { shared } from './tab-leader.js';
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
  private readonly ladder: TransportFallback;

  constructor(
    private readonly room: string,
    ear: Omit<StreamHandlers, 'onLive' | 'onLost'>,
    changed: (state: ConnectionState) => void,
  ) {
    const open = openers(room);
    this.ladder = new TransportFallback(
      (way, ends) => open[way]({ ...ear, ...ends }),
      () => {
        const { live, retryAt, refusal } = this.ladder;
        changed({ live, retryAt, refusal });
      },
    );
  }

  /** Begins: over one way alone, or the best that works. */
  start(way: Transport | undefined): void {
    this.use(way);
    addEventListener('online', () => this.ladder.now());
    // Networks go without closing what ran over them. A server on this same machine is back with the next try.
    addEventListener('offline', () => this.ladder.drop());
  }

  /** Goes over to one way alone, or to the best that works. */
  use(way: Transport | undefined): void {
    this.ladder.use(way ? [way] : transports);
  }

  /** Tries now what was planned for later, if nothing is live. */
  retryNow(): void {
    if (!this.ladder.live) this.ladder.now();
  }

  /**
   * Brings a message to the server.
   * @throws {ApiError} status 0 where nobody knows whether it arrived.
   */
  async send({ id, message }: Outgoing): Promise<Entry> {
    const { stream } = this.ladder;
    const send = stream?.send;
    const answer = await send?.({ id, message });
    if (isError(answer)) throw ApiError.of(answer);
    if (answer) return answer;
    const stored = await api<Entry>('/messages', 'POST', { id, message, room: this.room });
    // The server is there, and this way did not bring its answer.
    if (stream && send) this.ladder.giveUp(stream);
    return stored;
  }

  /** Tells the room that something is being written, where that costs nothing. */
  typing(): void {
    this.ladder.stream?.typing?.();
  }
}

/** How each way is opened. A browser allows a server six connections, so its tabs share all that are no WebSockets. */
function openers(room: string): Record<Transport, Open> {
  const share = (way: Transport, open: Open): Open => shared(`parley:${room}:${way}`, inTime(open));
  return {
    websocket: inTime(socketIo(room, 'websocket')),
    polling: share('polling', socketIo(room, 'polling')),
    sse: share('sse', sse(room)),
    subscribe: share('subscribe', polls(room, '/subscribe')),
    poll: share('poll', polls(room, '/messages')),
  };
}
