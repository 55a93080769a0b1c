import type { Entry, ErrorBody } from '../../server/wire.js';
import { api, ApiError, isErrorBody } from './api.js';
import { polling } from './polling.js';
import { socketIo } from './socketio.js';
import { sse } from './sse.js';
import { withTimeout, type StreamHandlers, type OpenStream, type Outgoing } from './stream.js';
import { shareAcrossTabs } from './tab-leader.js';
import { TransportFallback } from './transport-fallback.js';
import { transports, type Transport } from './transports.js';

/** The state of the connection: live, connecting, or waiting for the next attempt. */
export interface ConnectionState {
  live: Transport | undefined;
  /** The time of the next attempt, in milliseconds since the epoch. */
  retryAt: number | undefined;
  /** The server's error, if it refused the last attempt. */
  refusal: ErrorBody | undefined;
}

/** The page's connection to its room, for reading and writing, over the best transport that works. */
export class RoomConnection {
  private readonly fallback: TransportFallback;

  /**
   * @param entryTypes the kinds of entry to listen for.
   * @param onChange is given the state whenever it may have changed.
   */
  constructor(
    private readonly room: string,
    entryTypes: readonly string[],
    handlers: Omit<StreamHandlers, 'onLive' | 'onLost'>,
    onChange: (state: ConnectionState) => void,
  ) {
    const open = openers(room, entryTypes);
    this.fallback = new TransportFallback(
      (transport, ends) => open[transport]({ ...handlers, ...ends }),
      () => {
        const { live, retryAt, refusal } = this.fallback;
        onChange({ live, retryAt, refusal });
      },
    );
  }

  /** Connects over one transport, or over the best that works. */
  start(transport: Transport | undefined): void {
    this.select(transport);
    addEventListener('online', () => this.fallback.tryNow());
    // A lost network closes no connections. A server on this machine stays reachable: the next attempt will show it.
    addEventListener('offline', () => this.fallback.disconnect());
  }

  /** Reconnects over one transport, or over the best that works. */
  select(transport: Transport | undefined): void {
    this.fallback.select(transport ? [transport] : transports);
  }

  /** Makes the next attempt now, if nothing is live. */
  retryNow(): void {
    if (!this.fallback.live) this.fallback.tryNow();
  }

  /**
   * Sends a message, over the stream or by a request.
   * @throws {ApiError} with status 0 if it is unknown whether it arrived.
   */
  async send({ id, message }: Outgoing): Promise<Entry> {
    const { stream } = this.fallback;
    const send = stream?.send;
    const answer = await send?.({ id, message });
    if (isErrorBody(answer)) throw ApiError.from(answer);
    if (answer) return answer;
    const entry = await api<Entry>('/messages', 'POST', { id, message, room: this.room });
    // The server is reachable, but no acknowledgement came over the stream.
    if (stream && send) this.fallback.abandon(stream);
    return entry;
  }

  /** Announces that this visitor is typing, if the transport can do that without a request. */
  typing(): void {
    this.fallback.stream?.typing?.();
  }
}

/** Browsers allow six connections to a server, so tabs share every stream that is no WebSocket. */
function openers(room: string, entryTypes: readonly string[]): Record<Transport, OpenStream> {
  const share = (transport: Transport, open: OpenStream): OpenStream =>
    shareAcrossTabs(`${room}:${transport}`, withTimeout(open));
  return {
    websocket: withTimeout(socketIo(room, 'websocket')),
    polling: share('polling', socketIo(room, 'polling')),
    sse: share('sse', sse(room, entryTypes)),
    subscribe: share('subscribe', polling(room, '/subscribe')),
    poll: share('poll', polling(room, '/messages')),
  };
}
