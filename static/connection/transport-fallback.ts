import type { ErrorBody } from '../../server/wire.js';
import { Backoff } from './backoff.js';
import type { StreamHandlers, Stream } from './stream.js';
import type { Transport } from './transports.js';

/** How long a transport may take before the next one is tried in parallel, in milliseconds. */
const STAGGER_DELAY = 2500;
/** How long a transport must have been live, in milliseconds, to be retried first when it is lost. */
const STABLE_TIME = 5000;
/** The loss of a stream that lived longer, in milliseconds, means a change of networks rather than a bad transport. */
const LONG_LIFETIME = 30_000;
/** The pause after a refusal that names none, in milliseconds. */
const REFUSAL_PAUSE = 60_000;

interface Active {
  transport: Transport;
  stream: Stream;
  /** When it became live, in milliseconds since the epoch. */
  since: number;
}

/**
 * Keeps a stream open over the best transport that works. It falls back when a transport fails and looks for a better
 * one now and then; the active stream is closed only when the better one is live. All streams start at the feed's
 * cursor, and the feed drops the duplicates that two of them deliver while they overlap.
 */
export class TransportFallback {
  private active: Active | undefined;
  /** The selected transports, the best first. */
  private transports: readonly Transport[] = [];
  private readonly connecting = new Map<Transport, Stream>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The time of the next attempt while nothing is live, in milliseconds since the epoch. */
  retryAt: number | undefined;
  /** The server's error, if the last attempt was refused. */
  refusal: ErrorBody | undefined;
  private readonly retryBackoff = new Backoff();
  private readonly upgradeBackoff = new Backoff(2000, 300_000);

  /** @param onChange is called when `live`, `retryAt` or `refusal` may have changed. */
  constructor(
    private readonly open: (
      transport: Transport,
      handlers: Pick<StreamHandlers, 'onLive' | 'onLost'>,
    ) => Stream,
    private readonly onChange: () => void,
  ) {}

  get live(): Transport | undefined {
    return this.active?.transport;
  }

  get stream(): Stream | undefined {
    return this.active?.stream;
  }

  /** Reconnects over these transports, the best first. */
  select(transports: readonly Transport[]): void {
    this.transports = transports;
    this.disconnect();
    this.tryNow();
  }

  /** Closes all streams, and reconnects after a delay. @param delay in milliseconds. */
  disconnect(delay = this.retryBackoff.next()): void {
    const streams = [this.active?.stream, ...this.connecting.values()];
    this.active = undefined;
    this.connecting.clear();
    streams.forEach((stream) => stream?.close());
    this.schedule(delay);
    this.onChange();
  }

  /** Makes the planned attempt now. */
  tryNow(): void {
    this.upgradeBackoff.reset();
    if (this.connecting.size > 0) return;
    this.cancel();
    this.tryFrom(0);
    this.onChange();
  }

  /** Falls back from a stream that looks live but does not work. */
  abandon(stream: Stream): void {
    if (this.active?.stream !== stream) return;
    stream.close();
    this.handleLoss(this.active);
  }

  /** Tries the transport at `i`, and the next ones if it fails or is slow, down to the active one. */
  private tryFrom(i: number): void {
    const transport = this.transports[i];
    if (!transport || transport === this.active?.transport) return this.planNext();
    if (this.connecting.has(transport)) return this.tryFrom(i + 1);
    let hasTriedNext = false;
    const tryNext = (): void => {
      if (!hasTriedNext) this.tryFrom(i + 1);
      hasTriedNext = true;
    };
    const stream = this.open(transport, {
      onLive: () => this.activate({ transport, stream, since: Date.now() }),
      onLost: (refusal) => {
        const active = this.active?.stream === stream ? this.active : undefined;
        if (!active && this.connecting.get(transport) !== stream) return;
        // A refusal concerns all transports, unless another one is live.
        if (refusal && (active || !this.active)) return this.handleRefusal(refusal);
        if (active) return this.handleLoss(active);
        this.connecting.delete(transport);
        tryNext();
        this.planNext();
      },
    });
    this.connecting.set(transport, stream);
    setTimeout(() => this.connecting.get(transport) === stream && tryNext(), STAGGER_DELAY);
  }

  private activate(active: Active): void {
    if (this.connecting.get(active.transport) !== active.stream) return;
    this.cancel();
    this.active?.stream.close();
    this.active = active;
    this.refusal = undefined;
    this.connecting.delete(active.transport);
    for (const worse of this.transports.slice(this.transports.indexOf(active.transport))) {
      this.connecting.get(worse)?.close();
      this.connecting.delete(worse);
    }
    this.onChange();
    this.planNext();
  }

  private handleLoss({ transport, since }: Active): void {
    const duration = Date.now() - since;
    this.active = undefined;
    if (duration > STABLE_TIME) this.retryBackoff.reset();
    if (duration > LONG_LIFETIME) this.upgradeBackoff.reset();
    const i = this.transports.indexOf(transport) + (duration > STABLE_TIME ? 0 : 1);
    this.schedule(this.retryBackoff.next(), i % this.transports.length);
    this.onChange();
  }

  private handleRefusal(refusal: ErrorBody): void {
    this.refusal = refusal;
    this.disconnect(refusal.retryAfter ? refusal.retryAfter * 1000 : REFUSAL_PAUSE);
  }

  /** Schedules the next attempt, unless one is under way or scheduled. */
  private planNext(): void {
    if (this.connecting.size > 0 || this.timer !== undefined) return;
    if (!this.active) {
      // All transports failed without a refusal.
      this.refusal = undefined;
      this.schedule(this.retryBackoff.next());
    } else if (this.active.transport !== this.transports[0]) {
      this.schedule(this.upgradeBackoff.next());
    }
    this.onChange();
  }

  private schedule(delay: number, i = 0): void {
    this.cancel();
    if (!this.active) this.retryAt = Date.now() + delay;
    this.timer = setTimeout(() => {
      this.cancel();
      this.tryFrom(i);
      this.onChange();
    }, delay);
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.timer = this.retryAt = undefined;
  }
}
