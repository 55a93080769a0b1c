import type { Socket } from 'node:net';
import { DIALECTS, type DialectName } from './protocols';
import { inBatches, occurrences, open, quiet, sorted } from './raw-client';

export interface FanOut {
  port: number;
  reads: DialectName;
  writes: DialectName;
  receivers: number;
  /** Messages in flight for each of the four senders; 0 sends 50 in a second, whatever comes back. */
  window: number;
  /** How long is written, in s. */
  seconds: number;
}

export interface FannedOut {
  /** Messages that reached a reader. */
  deliveries: number;
  /** The share of those that should have. */
  complete: number;
  bytes: number;
  /** From the first message sent to the last byte received, in s. */
  elapsed: number;
  /** From sending a message to having it back, in ms, sorted. */
  latencies: number[];
}

const SENDERS = 4;
const PACE = 50;
const TEXT = 'x'.repeat(97);

/** Senders who each keep a number of messages in flight, and readers who count what they are sent. */
export async function fanOut(load: FanOut, ready: () => void): Promise<FannedOut> {
  const received = new Float64Array(load.receivers);
  const sum = (): number => received.reduce((total, size) => total + size, 0);
  await inBatches(load.receivers, (n) => open(load.port, load.reads, (size) => (received[n]! += size)));
  const senders = await Promise.all(Array.from({ length: SENDERS }, (_, n) => Sender.open(n, load)));
  // Presence and handshakes are over when nothing comes any more.
  await quiet(sum);
  ready();

  received.fill(0);
  const begin = performance.now();
  await Promise.all(senders.map((sender) => sender.write()));
  const end = await quiet(sum);
  const latencies = sorted(senders.flatMap((sender) => sender.latencies));
  // Readers get the same bytes; who has fewer has missed some.
  const whole = Math.max(...received);
  const complete = sum() / whole / load.receivers;
  const deliveries = latencies.length * load.receivers * complete;
  return { deliveries, complete, bytes: sum(), elapsed: (end - begin) / 1_000, latencies };
}

/** Sends messages, and takes each as done when it has it back: stored or not, it has gone round. */
class Sender {
  readonly latencies: number[] = [];
  private socket!: Socket;
  private readonly sentAt: number[] = [];
  private readonly frame: Buffer;
  /** How many of its own came back with what is being looked at. */
  private back = 0;
  private ending = false;
  private done: () => void = () => undefined;

  private constructor(
    n: number,
    private readonly load: FanOut,
  ) {
    this.frame = DIALECTS[load.writes].saying(`<${n}>${TEXT}`);
  }

  static async open(n: number, load: FanOut): Promise<Sender> {
    const sender = new Sender(n, load);
    const look = occurrences(`<${n}>`, () => (sender.back += 1));
    sender.socket = await open(load.port, load.writes, (size) => {
      look(size);
      sender.heard();
    });
    return sender;
  }

  async write(): Promise<void> {
    const finished = new Promise<void>((resolve) => (this.done = resolve));
    const { window, seconds } = this.load;
    if (window > 0) this.send(window);
    const ticking = window === 0 ? setInterval(() => this.send(1), (1_000 * SENDERS) / PACE) : undefined;
    await new Promise((wake) => setTimeout(wake, seconds * 1_000));
    clearInterval(ticking);
    this.ending = true;
    if (this.sentAt.length > this.latencies.length) await finished;
  }

  private send(count: number): void {
    const now = performance.now();
    for (let i = 0; i < count; i += 1) this.sentAt.push(now);
    this.socket.write(count === 1 ? this.frame : Buffer.concat(Array<Buffer>(count).fill(this.frame)));
  }

  private heard(): void {
    const now = performance.now();
    const { back } = this;
    this.back = 0;
    for (let i = 0; i < back; i += 1) this.latencies.push(now - this.sentAt[this.latencies.length]!);
    if (back > 0 && !this.ending && this.load.window > 0) this.send(back);
    if (this.ending && this.latencies.length >= this.sentAt.length) this.done();
  }
}
