import type { Cursor, ErrorBody, Presence } from '../../server/wire.js';
import type { ServerEvent } from './events.js';
import type { StreamHandlers, OpenStream, Stream } from './stream.js';
import { Watchdog } from './watchdog.js';

/**
 * A message between the tabs of a browser. Tabs of an older version may still be open after an upgrade: increment
 * `VERSION` with every change, so that each version has a leader of its own.
 */
type TabMessage =
  | { type: 'query' }
  | { type: 'state'; live: boolean; cursor: Cursor; presence: Presence | undefined }
  | { type: 'event'; event: ServerEvent }
  | { type: 'lost'; refusal: ErrorBody | undefined };

const VERSION = 2;

/** How long the leader may take to answer, in milliseconds, plus a random time up to the same. */
const ANSWER_TIMEOUT = 1500;

/**
 * Shares one stream among the tabs of a browser: the tab that holds the lock leads, and forwards its events.
 * When it closes, the next tab gets the lock and opens the stream from its own cursor, so nothing is missed; the feed
 * drops duplicates.
 */
export function shareAcrossTabs(name: string, open: OpenStream): OpenStream {
  // Plain HTTP in a local network is no secure context, so there are no locks: each tab has its own stream.
  if (!globalThis.navigator?.locks || typeof BroadcastChannel !== 'function') return open;
  return (handlers) => new SharedStream(`parley:${VERSION}:${name}`, open, handlers);
}

class SharedStream implements Stream {
  private readonly channel: BroadcastChannel;
  private readonly watchdog = new Watchdog(() => void this.checkLeader());
  /** The stream itself, while this tab leads. */
  private ownStream: Stream | undefined;
  private isLive = false;
  private presence: Presence | undefined;
  private hasAnswer = false;
  private isClosed = false;
  private waiting = new AbortController();
  private releaseLock: (() => void) | undefined;

  constructor(
    private readonly name: string,
    private readonly open: OpenStream,
    private readonly handlers: StreamHandlers,
  ) {
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.receive(data);
    this.waitForLock();
    void this.queryLeader();
  }

  /** Only the leader can send over the stream; the other tabs post. */
  get send(): Stream['send'] {
    return this.ownStream?.send;
  }

  get typing(): Stream['typing'] {
    return this.ownStream?.typing;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stepDown();
    this.watchdog.stop();
    this.waiting.abort();
    this.channel.close();
  }

  private receive(message: TabMessage): void {
    if (message.type === 'query') return this.ownStream && this.broadcastState();
    if (this.ownStream) return;
    this.hasAnswer = true;
    this.watchdog.reset();
    if (message.type === 'lost') return this.end(message.refusal);
    if (message.type === 'event' || message.live) this.goLive();
    if (message.type === 'event') return this.deliver(message.event);
    if (!message.live) return;
    this.handlers.onHead(message.cursor);
    if (message.presence) this.deliver(message.presence);
  }

  private waitForLock(): void {
    this.waiting = new AbortController();
    this.requestLock({ signal: this.waiting.signal });
  }

  private requestLock(options: LockOptions): void {
    navigator.locks
      .request(this.name, options, () => this.lead())
      .catch(() => {
        // Unless this tab stopped waiting, another one has stolen the lock.
        if (!options.signal?.aborted && !this.isClosed) {
          this.stepDown();
          this.waitForLock();
        }
      });
  }

  /** Opens the stream; the lock is held until the promise resolves. */
  private lead(): Promise<void> | undefined {
    if (this.isClosed) return undefined;
    this.ownStream = this.open({
      ...this.handlers,
      onEvent: (event) => {
        this.deliver(event);
        this.broadcast({ type: 'event', event });
      },
      onLive: () => {
        this.goLive();
        this.broadcastState();
      },
      onLost: (refusal) => {
        this.broadcast({ type: 'lost', refusal });
        this.end(refusal);
      },
    });
    this.broadcastState();
    return new Promise((resolve) => (this.releaseLock = resolve));
  }

  private stepDown(): void {
    this.ownStream?.close();
    this.ownStream = undefined;
    this.releaseLock?.();
  }

  /** After a long silence, checks that the leader answers and has forwarded everything. */
  private async checkLeader(): Promise<void> {
    if (this.ownStream || !(await this.queryLeader()) || !this.isLive || document.hidden) return;
    const hasMissed = await this.handlers.checkForMore().catch(() => undefined);
    if (this.ownStream || this.isClosed) return;
    if (hasMissed === undefined) this.end();
    else if (hasMissed) this.takeOver();
  }

  /** Asks for the leader, and takes over if none answers: a suspended tab keeps its lock. */
  private async queryLeader(): Promise<boolean> {
    this.hasAnswer = false;
    this.broadcast({ type: 'query' });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_TIMEOUT * (1 + Math.random())));
    if (!this.hasAnswer && !this.ownStream && !this.isClosed) this.takeOver();
    return this.hasAnswer;
  }

  private takeOver(): void {
    this.waiting.abort();
    this.requestLock({ steal: true });
  }

  private deliver(event: ServerEvent): void {
    if (event.type === 'presence') this.presence = event;
    this.handlers.onEvent(event);
  }

  private goLive(): void {
    if (!this.isLive) this.handlers.onLive();
    this.isLive = true;
  }

  private end(refusal?: ErrorBody): void {
    if (this.isClosed) return;
    this.close();
    this.handlers.onLost(refusal);
  }

  private broadcastState(): void {
    const { isLive: live, presence } = this;
    this.broadcast({ type: 'state', live, cursor: this.handlers.cursor(), presence });
  }

  private broadcast(message: TabMessage): void {
    if (!this.isClosed) this.channel.postMessage(message);
  }
}
