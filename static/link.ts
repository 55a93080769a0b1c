import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, Cursor, ErrorBody, NewMessage, ServerEvents } from '../server/wire.js';
import { api, ApiError, isError } from './api.js';
import { Backoff } from './backoff.js';
import { eventNames, type ServerEvent } from './events.js';
import type { Draft } from './outbox.js';
import { SseStream } from './sse.js';

/** What the connection is doing: live over one of the two, trying, or waiting to try at a time. */
export interface LinkState {
  live?: 'socket' | 'sse';
  /** In milliseconds since the epoch. */
  retryAt?: number;
}

/** How long to hope for Socket.IO before the page goes on over SSE, in milliseconds. */
const PATIENCE = 4000;

/**
 * The way to the room: Socket.IO, and SSE for as long as Socket.IO can't be had. Both begin at the feed's cursor,
 * and what both bring in the moment they overlap is dropped there, so changing over takes no care here.
 */
export class Link {
  private readonly socket: Socket<ServerEvents, ClientEvents>;
  private readonly sse: SseStream;
  private readonly backoff = new Backoff(500, 10_000);
  private retry: ReturnType<typeof setTimeout> | undefined;
  private retryAt = 0;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private readonly room: string,
    cursor: () => Cursor,
    hear: (event: ServerEvent) => void,
    private readonly changed: (state: LinkState) => void,
  ) {
    this.sse = new SseStream(room, cursor, hear, () => this.tell());
    this.socket = io({
      // A WebSocket first, since polling needs each request to reach the same server; polling where a proxy refuses it.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      // Tries are planned here instead, so that the page can say when the next one is.
      reconnection: false,
      autoConnect: false,
      timeout: 8000,
      auth: (tell) => tell({ room, after: cursor() }),
    });
    for (const name of eventNames) this.socket.on(name, hear);
    this.socket.on('connect', () => this.connected());
    this.socket.on('disconnect', () => this.lost());
    this.socket.on('connect_error', () => {
      if (++this.failures >= 2) this.sse.start();
      this.later();
    });
  }

  /** Begins. */
  start(): void {
    this.lost(0);
    addEventListener('online', () => this.now());
    // Networks go without closing what ran over them. A server on this same machine is back with the next try.
    addEventListener('offline', () => {
      this.sse.stop();
      this.socket.io.engine.close();
      this.tell();
    });
  }

  /** Tries now what was planned for later. */
  now(): void {
    if (this.socket.connected) return;
    this.attempt();
    if (this.failures >= 2) this.sse.start();
  }

  /**
   * Brings a message to the server, by the best way there is at the moment.
   * @throws {ApiError} status 0 where nobody knows whether it arrived.
   */
  async send({ id, message }: Draft): Promise<NewMessage> {
    const draft = { id, message, room: this.room };
    if (!this.socket.connected) return api<NewMessage>('/messages', 'POST', draft);
    const asked = this.socket.timeout(10_000).emitWithAck('new_message', draft) as Promise<
      NewMessage | ErrorBody
    >;
    const answer = await asked.catch((): ErrorBody => ({ error: 'The server didn’t answer.', status: 0 }));
    if (isError(answer)) throw new ApiError(answer.error, answer.status);
    return answer;
  }

  /** Tells the room that something is being written, if that costs nothing. */
  typing(): void {
    if (this.socket.connected) this.socket.volatile.emit('typing', {});
  }

  private connected(): void {
    clearTimeout(this.patience);
    clearTimeout(this.retry);
    this.failures = this.retryAt = 0;
    this.backoff.reset();
    this.sse.stop();
    this.tell();
  }

  private lost(wait?: number): void {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.sse.start(), PATIENCE);
    this.later(wait);
  }

  private later(wait = this.backoff.next()): void {
    clearTimeout(this.retry);
    this.retryAt = Date.now() + wait;
    this.retry = setTimeout(() => this.attempt(), wait);
    this.tell();
  }

  private attempt(): void {
    clearTimeout(this.retry);
    this.retryAt = 0;
    this.socket.connect();
    this.tell();
  }

  private tell(): void {
    if (this.socket.connected) return this.changed({ live: 'socket' });
    if (this.sse.open) return this.changed({ live: 'sse' });
    const planned = [this.retryAt, this.sse.retryAt].filter(Boolean);
    this.changed(this.retryAt && planned.length > 0 ? { retryAt: Math.min(...planned) } : {});
  }
}
