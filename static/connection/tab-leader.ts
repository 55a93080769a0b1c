import type { Cursor, ErrorBody, Presence } from '../../server/wire.js';
import type { ServerEvent } from './events.js';
import type { StreamHandlers, OpenStream, Stream } from './stream.js';
import { Watchdog } from './watchdog.js';

/** What the tabs of a browser say to each other. */
type Word =
  | { type: 'hello' }
  | { type: 'here'; live: boolean; cursor: Cursor; presence: Presence | undefined }
  | { type: 'heard'; event: ServerEvent }
  | { type: 'lost'; why: ErrorBody | undefined };

/** How long a tab that leads may take to answer, in milliseconds; a random while comes on top of it. */
const ANSWER = 1500;

/**
 * Lets the tabs of a browser share one stream: the tab that has the lock leads, and tells the others what it hears.
 * When it goes the next one has the lock, and opens the stream from its own cursor, so that nothing is missed; what
 * is heard twice, the feed drops.
 */
export function shareAcrossTabs(name: string, open: OpenStream): OpenStream {
  // On a plain http:// address in a local network there are no locks: there, each tab has its own.
  if (!globalThis.navigator?.locks || typeof BroadcastChannel !== 'function') return open;
  return (ear) => new SharedStream(name, open, ear);
}

class SharedStream implements Stream {
  private readonly channel: BroadcastChannel;
  private readonly silence = new Watchdog(() => void this.doubt());
  private own: Stream | undefined;
  private live = false;
  private presence: Presence | undefined;
  private answered = false;
  private closed = false;
  private waiting = new AbortController();
  private release: (() => void) | undefined;

  constructor(
    private readonly name: string,
    private readonly open: OpenStream,
    private readonly ear: StreamHandlers,
  ) {
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }: MessageEvent<Word>) => this.listen(data);
    this.wait();
    void this.ask();
  }

  /** In both directions where this tab leads; the others post. */
  get send(): Stream['send'] {
    return this.own?.send;
  }

  get typing(): Stream['typing'] {
    return this.own?.typing;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.stepDown();
    this.silence.stop();
    this.waiting.abort();
    this.channel.close();
  }

  private listen(word: Word): void {
    if (word.type === 'hello') return this.own && this.tellState();
    if (this.own) return;
    this.answered = true;
    this.silence.reset();
    if (word.type === 'lost') return this.end(word.why);
    if (word.type === 'heard' || word.live) this.goLive();
    if (word.type === 'heard') return this.hear(word.event);
    if (!word.live) return;
    this.ear.onHead(word.cursor);
    if (word.presence) this.hear(word.presence);
  }

  /** Waits for its turn to lead. */
  private wait(): void {
    this.waiting = new AbortController();
    this.queue({ signal: this.waiting.signal });
  }

  private queue(options: LockOptions): void {
    navigator.locks
      .request(this.name, options, () => this.lead())
      .catch(() => {
        // Either it gave up waiting, or another tab has taken the lock away.
        if (!options.signal?.aborted && !this.closed) {
          this.stepDown();
          this.wait();
        }
      });
  }

  private lead(): Promise<void> | undefined {
    if (this.closed) return undefined;
    this.own = this.open({
      ...this.ear,
      onEvent: (event) => {
        this.hear(event);
        this.say({ type: 'heard', event });
      },
      onLive: () => {
        this.goLive();
        this.tellState();
      },
      onLost: (why) => {
        this.say({ type: 'lost', why });
        this.end(why);
      },
    });
    this.tellState();
    return new Promise((release) => (this.release = release));
  }

  private stepDown(): void {
    this.own?.close();
    this.own = undefined;
    this.release?.();
  }

  /** Nothing was heard for long. A leader's own stream knows how to live with that. */
  private async doubt(): Promise<void> {
    if (this.own || !(await this.ask()) || !this.live || document.hidden) return;
    const missed = await this.ear.checkForMore().catch(() => undefined);
    if (this.own || this.closed) return;
    if (missed === undefined) this.end();
    else if (missed) this.usurp();
  }

  /** Asks who leads, and leads if nobody answers: a tab that was put to sleep keeps its lock. */
  private async ask(): Promise<boolean> {
    this.answered = false;
    this.say({ type: 'hello' });
    await new Promise((go) => setTimeout(go, ANSWER + Math.random() * ANSWER));
    if (!this.answered && !this.own && !this.closed) this.usurp();
    return this.answered;
  }

  private usurp(): void {
    this.waiting.abort();
    this.queue({ steal: true });
  }

  private hear(event: ServerEvent): void {
    if (event.type === 'presence') this.presence = event;
    this.ear.onEvent(event);
  }

  private goLive(): void {
    if (!this.live) this.ear.onLive();
    this.live = true;
  }

  private end(why?: ErrorBody): void {
    if (this.closed) return;
    this.close();
    this.ear.onLost(why);
  }

  private tellState(): void {
    this.say({ type: 'here', live: this.live, cursor: this.ear.cursor(), presence: this.presence });
  }

  private say(word: Word): void {
    if (!this.closed) this.channel.postMessage(word);
  }
}
