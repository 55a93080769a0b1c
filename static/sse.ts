import type { Cursor } from '../server/wire.js';
import { Backoff } from './backoff.js';
import { eventNames, type ServerEvent } from './events.js';

/** The room over Server-Sent Events, for networks that let nothing else through. */
export class SseStream {
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly backoff = new Backoff();
  /** When the next try is made, in milliseconds since the epoch; 0 if none is planned. */
  retryAt = 0;

  constructor(
    private readonly room: string,
    private readonly cursor: () => Cursor,
    private readonly hear: (event: ServerEvent) => void,
    private readonly changed: () => void,
  ) {}

  get open(): boolean {
    return this.source?.readyState === EventSource.OPEN;
  }

  /** Connects, or does so at once where a try is planned for later. */
  start(): void {
    if (this.source) return;
    clearTimeout(this.timer);
    this.retryAt = 0;
    const query = new URLSearchParams({ room: this.room, after: this.cursor() });
    const source = (this.source = new EventSource(`/sse?${query}`));
    source.onopen = () => {
      this.backoff.reset();
      this.changed();
    };
    // Left alone, it never comes back from an HTTP error, and from others without a growing wait.
    source.onerror = () => {
      this.stop();
      const wait = this.backoff.next();
      this.retryAt = Date.now() + wait;
      this.timer = setTimeout(() => this.start(), wait);
      this.changed();
    };
    for (const name of eventNames) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.hear(JSON.parse(event.data) as ServerEvent);
      });
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.retryAt = 0;
    this.source?.close();
    this.source = undefined;
  }
}
