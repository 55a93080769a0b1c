import type { Socket } from 'node:net';
import { PROTOCOLS, type ProtocolName } from './protocols';
import { findOccurrences, inBatches, open, waitUntilQuiet } from './raw-client';

export interface FanOutLoad {
  port: number;
  reads: ProtocolName;
  writes: ProtocolName;
  receivers: number;
  /** Messages in flight for each sender; with 0, all senders together send {@link MESSAGES_PER_SECOND}. */
  window: number;
  /** How long messages are sent, in s. */
  seconds: number;
}

export interface FanOutResult {
  /** How many messages reached a reader. */
  deliveries: number;
  /** The share of the expected deliveries. */
  complete: number;
  bytes: number;
  /** From the first message sent to the last byte received. */
  elapsedSeconds: number;
  /** From sending a message to receiving it, in ms. */
  latencies: number[];
}

export const SENDERS = 4;
/** The rate of all senders together, without a window. */
export const MESSAGES_PER_SECOND = 50;
const TEXT = 'x'.repeat(97);

/** Senders that each keep a number of messages in flight, and receivers that count bytes. */
export async function fanOut(load: FanOutLoad, ready: () => void): Promise<FanOutResult> {
  const received = new Float64Array(load.receivers);
  const receivedBytes = (): number => received.reduce((total, size) => total + size, 0);
  await inBatches(load.receivers, (n) => open(load.port, load.reads, (size) => (received[n]! += size)));
  const senders = await Promise.all(Array.from({ length: SENDERS }, (_, n) => Sender.open(n, load)));
  // Handshakes and presence events must not be counted.
  await waitUntilQuiet(receivedBytes);
  ready();

  received.fill(0);
  const startedAt = performance.now();
  await Promise.all(senders.map((sender) => sender.run()));
  const endedAt = await waitUntilQuiet(receivedBytes);
  const latencies = senders.flatMap((sender) => sender.latencies);
  const bytes = receivedBytes();
  // All receivers get the same bytes; one with fewer than the others has missed messages.
  const complete = bytes / Math.max(...received) / load.receivers;
  const deliveries = latencies.length * load.receivers * complete;
  return { deliveries, complete, bytes, elapsedSeconds: (endedAt - startedAt) / 1_000, latencies };
}

/** Sends messages; each is in flight until the sender receives it itself, whether or not the server stores it. */
class Sender {
  readonly latencies: number[] = [];
  private socket!: Socket;
  private readonly sentAt: number[] = [];
  private readonly frame: Buffer;
  /** How many of its messages the current chunk contains. */
  private returned = 0;
  private isEnding = false;
  private resolveFinished: () => void = () => undefined;

  private constructor(
    n: number,
    private readonly load: FanOutLoad,
  ) {
    this.frame = PROTOCOLS[load.writes].encodeMessage(`${tagOf(n)}${TEXT}`);
  }

  static async open(n: number, load: FanOutLoad): Promise<Sender> {
    const sender = new Sender(n, load);
    const findOwn = findOccurrences(tagOf(n), () => (sender.returned += 1));
    sender.socket = await open(load.port, load.writes, (size) => {
      findOwn(size);
      sender.onChunk();
    });
    return sender;
  }

  async run(): Promise<void> {
    const finished = new Promise<void>((resolve) => (this.resolveFinished = resolve));
    const { window, seconds } = this.load;
    if (window > 0) this.send(window);
    const timer =
      window === 0 ? setInterval(() => this.send(1), (1_000 * SENDERS) / MESSAGES_PER_SECOND) : undefined;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    clearInterval(timer);
    this.isEnding = true;
    if (this.sentAt.length > this.latencies.length) await finished;
  }

  private send(count: number): void {
    const now = performance.now();
    for (let i = 0; i < count; i += 1) this.sentAt.push(now);
    this.socket.write(count === 1 ? this.frame : Buffer.concat(Array<Buffer>(count).fill(this.frame)));
  }

  private onChunk(): void {
    const now = performance.now();
    const { returned } = this;
    this.returned = 0;
    for (let i = 0; i < returned; i += 1) this.latencies.push(now - this.sentAt[this.latencies.length]!);
    if (returned > 0 && !this.isEnding && this.load.window > 0) this.send(returned);
    if (this.isEnding && this.latencies.length >= this.sentAt.length) this.resolveFinished();
  }
}

/** The text by which a sender recognizes its messages. */
function tagOf(n: number): string {
  return `<${n}>`;
}
