import type { ErrorBody } from '../../server/wire.js';
import { Backoff } from './backoff.js';
import type { StreamHandlers, Stream } from './stream.js';
import type { Transport } from './transports.js';

/** How long a way is waited for before the next one is tried as well, in milliseconds. */
const STAGGER = 2500;
/** A way that worked for this long is taken back to first when it fails, in milliseconds. */
const SOUND = 5000;
/** Past this, a change of networks is likelier than a way that never lasts, in milliseconds. */
const STEADY = 30_000;

/** How long whom the server does not let in waits before asking again, in milliseconds. */
const REFUSED = 60_000;

interface Active {
  transport: Transport;
  stream: Stream;
  since: number;
}

/**
 * Stands on the best way to the room that works. It goes down when a way fails, and looks up now and then; the way
 * it stands on is given up only when a better one is live. All begin at the feed's cursor, and what two of them
 * bring in the moment they overlap is dropped there.
 */
export class TransportFallback {
  private active: Active | undefined;
  private transports: readonly Transport[] = [];
  private readonly trying = new Map<Transport, Stream>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The next try, where nothing is live, in milliseconds since the epoch. */
  retryAt: number | undefined;
  /** Why nobody is let in, where that is what the server said last. */
  refusal: ErrorBody | undefined;
  private readonly retryBackoff = new Backoff();
  private readonly upgradeBackoff = new Backoff(2000, 300_000);

  /** @param changed is called when `live`, `retryAt` or `refusal` may have changed. */
  constructor(
    private readonly open: (way: Transport, ear: Pick<StreamHandlers, 'onLive' | 'onLost'>) => Stream,
    private readonly changed: () => void,
  ) {}

  get live(): Transport | undefined {
    return this.active?.transport;
  }

  get stream(): Stream | undefined {
    return this.active?.stream;
  }

  /** Begins anew, with these ways. */
  select(ways: readonly Transport[]): void {
    this.transports = ways;
    this.disconnect();
    this.tryNow();
  }

  /** Closes everything, and comes back by itself. */
  disconnect(wait = this.retryBackoff.next()): void {
    const streams = [this.active?.stream, ...this.trying.values()];
    this.active = undefined;
    this.trying.clear();
    streams.forEach((stream) => stream?.close());
    this.schedule(wait);
    this.changed();
  }

  /** Tries now what was planned for later. */
  tryNow(): void {
    this.upgradeBackoff.reset();
    if (this.trying.size > 0) return;
    this.cancel();
    this.tryFrom(0);
    this.changed();
  }

  /** What looks live does not work. */
  abandon(stream: Stream): void {
    if (this.active?.stream !== stream) return;
    stream.close();
    this.handleLoss(this.active);
  }

  /** Tries the way at `i`, and each one below it when the one above fails or is slow, down to what is live. */
  private tryFrom(i: number): void {
    const way = this.transports[i];
    if (!way || way === this.active?.transport) return this.planNext();
    if (this.trying.has(way)) return this.tryFrom(i + 1);
    let wentOn = false;
    const goOn = (): void => {
      if (!wentOn) this.tryFrom(i + 1);
      wentOn = true;
    };
    const stream = this.open(way, {
      onLive: () => this.activate({ transport: way, stream, since: Date.now() }),
      onLost: (why) => {
        const held = this.active?.stream === stream ? this.active : undefined;
        if (!held && this.trying.get(way) !== stream) return;
        // What holds for one way holds for all, unless another one is live.
        if (why && (held || !this.active)) return this.handleRefusal(why);
        if (held) return this.handleLoss(held);
        this.trying.delete(way);
        goOn();
        this.planNext();
      },
    });
    this.trying.set(way, stream);
    setTimeout(() => this.trying.get(way) === stream && goOn(), STAGGER);
  }

  private activate(held: Active): void {
    if (this.trying.get(held.transport) !== held.stream) return;
    this.cancel();
    this.active?.stream.close();
    this.active = held;
    this.refusal = undefined;
    this.trying.delete(held.transport);
    for (const worse of this.transports.slice(this.transports.indexOf(held.transport))) {
      this.trying.get(worse)?.close();
      this.trying.delete(worse);
    }
    this.changed();
    this.planNext();
  }

  private handleLoss({ transport: way, since }: Active): void {
    const lasted = Date.now() - since;
    this.active = undefined;
    if (lasted > SOUND) this.retryBackoff.reset();
    if (lasted > STEADY) this.upgradeBackoff.reset();
    const i = this.transports.indexOf(way) + (lasted > SOUND ? 0 : 1);
    this.schedule(this.retryBackoff.next(), i % this.transports.length);
    this.changed();
  }

  /** The server does not let anybody in: it is left alone for a while. */
  private handleRefusal(refusal: ErrorBody): void {
    this.refusal = refusal;
    this.disconnect(refusal.retryAfter ? refusal.retryAfter * 1000 : REFUSED);
  }

  /** Nothing is left to try now: plans when to try again. */
  private planNext(): void {
    if (this.trying.size > 0 || this.timer !== undefined) return;
    // The server has said nothing this time.
    if (!this.active) this.refusal = undefined;
    if (!this.active) this.schedule(this.retryBackoff.next());
    else if (this.active.transport !== this.transports[0]) this.schedule(this.upgradeBackoff.next());
    this.changed();
  }

  private schedule(wait: number, i = 0): void {
    this.cancel();
    if (!this.active) this.retryAt = Date.now() + wait;
    this.timer = setTimeout(() => {
      this.cancel();
      this.tryFrom(i);
      this.changed();
    }, wait);
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.timer = this.retryAt = undefined;
  }
}
