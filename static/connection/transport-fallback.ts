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

interface Held {
  way: Transport;
  stream: Stream;
  since: number;
}

/**
 * Stands on the best way to the room that works. It goes down when a way fails, and looks up now and then; the way
 * it stands on is given up only when a better one is live. All begin at the feed's cursor, and what two of them
 * bring in the moment they overlap is dropped there.
 */
export class TransportFallback {
  private held: Held | undefined;
  private ways: readonly Transport[] = [];
  private readonly trying = new Map<Transport, Stream>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The next try, where nothing is live, in milliseconds since the epoch. */
  retryAt: number | undefined;
  /** Why nobody is let in, where that is what the server said last. */
  refusal: ErrorBody | undefined;
  private readonly rounds = new Backoff();
  private readonly looks = new Backoff(2000, 300_000);

  /** @param changed is called when `live`, `retryAt` or `refusal` may have changed. */
  constructor(
    private readonly open: (way: Transport, ear: Pick<StreamHandlers, 'onLive' | 'onLost'>) => Stream,
    private readonly changed: () => void,
  ) {}

  get live(): Transport | undefined {
    return this.held?.way;
  }

  get stream(): Stream | undefined {
    return this.held?.stream;
  }

  /** Begins anew, with these ways. */
  use(ways: readonly Transport[]): void {
    this.ways = ways;
    this.drop();
    this.now();
  }

  /** Closes everything, and comes back by itself. */
  drop(wait = this.rounds.next()): void {
    const streams = [this.held?.stream, ...this.trying.values()];
    this.held = undefined;
    this.trying.clear();
    streams.forEach((stream) => stream?.close());
    this.plan(wait);
    this.changed();
  }

  /** Tries now what was planned for later. */
  now(): void {
    this.looks.reset();
    if (this.trying.size > 0) return;
    this.cancel();
    this.climb(0);
    this.changed();
  }

  /** What looks live does not work. */
  giveUp(stream: Stream): void {
    if (this.held?.stream !== stream) return;
    stream.close();
    this.fall(this.held);
  }

  /** Tries the way at `i`, and each one below it when the one above fails or is slow, down to what is live. */
  private climb(i: number): void {
    const way = this.ways[i];
    if (!way || way === this.held?.way) return this.rest();
    if (this.trying.has(way)) return this.climb(i + 1);
    let wentOn = false;
    const goOn = (): void => {
      if (!wentOn) this.climb(i + 1);
      wentOn = true;
    };
    const stream = this.open(way, {
      onLive: () => this.take({ way, stream, since: Date.now() }),
      onLost: (why) => {
        const held = this.held?.stream === stream ? this.held : undefined;
        if (!held && this.trying.get(way) !== stream) return;
        // What holds for one way holds for all, unless another one is live.
        if (why && (held || !this.held)) return this.stop(why);
        if (held) return this.fall(held);
        this.trying.delete(way);
        goOn();
        this.rest();
      },
    });
    this.trying.set(way, stream);
    setTimeout(() => this.trying.get(way) === stream && goOn(), STAGGER);
  }

  private take(held: Held): void {
    if (this.trying.get(held.way) !== held.stream) return;
    this.cancel();
    this.held?.stream.close();
    this.held = held;
    this.refusal = undefined;
    this.trying.delete(held.way);
    for (const worse of this.ways.slice(this.ways.indexOf(held.way))) {
      this.trying.get(worse)?.close();
      this.trying.delete(worse);
    }
    this.changed();
    this.rest();
  }

  private fall({ way, since }: Held): void {
    const lasted = Date.now() - since;
    this.held = undefined;
    if (lasted > SOUND) this.rounds.reset();
    if (lasted > STEADY) this.looks.reset();
    const i = this.ways.indexOf(way) + (lasted > SOUND ? 0 : 1);
    this.plan(this.rounds.next(), i % this.ways.length);
    this.changed();
  }

  /** The server does not let anybody in: it is left alone for a while. */
  private stop(refusal: ErrorBody): void {
    this.refusal = refusal;
    this.drop(refusal.retryAfter ? refusal.retryAfter * 1000 : REFUSED);
  }

  /** Nothing is left to try now: plans when to try again. */
  private rest(): void {
    if (this.trying.size > 0 || this.timer !== undefined) return;
    // The server has said nothing this time.
    if (!this.held) this.refusal = undefined;
    if (!this.held) this.plan(this.rounds.next());
    else if (this.held.way !== this.ways[0]) this.plan(this.looks.next());
    this.changed();
  }

  private plan(wait: number, i = 0): void {
    this.cancel();
    if (!this.held) this.retryAt = Date.now() + wait;
    this.timer = setTimeout(() => {
      this.cancel();
      this.climb(i);
      this.changed();
    }, wait);
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.timer = this.retryAt = undefined;
  }
}
