import { connect, type Socket } from 'node:net';
import { greeting, handshake, saying, type Dialect } from './dialects';

/** What a load process is asked to do. */
export interface Load {
  port: number;
  reads: Dialect;
  writes: Dialect;
  receivers: number;
  /** Messages in flight for each of the four senders; 0 sends at a fixed pace. */
  window: number;
  /** Messages in a second, for `window` 0. */
  pace: number;
  /** How long is written, in s. */
  seconds: number;
}

/** What it saw. */
export interface Seen {
  messages: number;
  /** From the first message sent to the last byte received, in s. */
  elapsed: number;
  bytes: number;
  /** From sending a message to having it back, in ms, sorted. */
  latencies: number[];
}

const SENDERS = 4;
const TEXT = 'x'.repeat(94);
/** All sockets read into one buffer: what is in it is only counted. */
const shared = Buffer.allocUnsafe(1 << 20);

process.on('message', (load: Load) => {
  run(load).then(
    (seen) => process.send!(seen),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run(load: Load): Promise<Seen> {
  const received = new Float64Array(load.receivers);
  for (let i = 0; i < load.receivers; i += 50) {
    const batch = Array.from({ length: Math.min(50, load.receivers - i) }, (_, k) => i + k);
    await Promise.all(batch.map((n) => open(load.port, load.reads, (size) => (received[n]! += size))));
  }
  const senders = await Promise.all(Array.from({ length: SENDERS }, (_, n) => new Sender(n, load).opened));
  // Presence and handshakes are over when nothing comes any more.
  await quiet(received);
  process.send!('ready');

  const before = received.reduce((sum, size) => sum + size, 0);
  const begin = performance.now();
  await Promise.all(senders.map((sender) => sender.write()));
  const end = await quiet(received);
  const bytes = received.reduce((sum, size) => sum + size, 0) - before;
  const latencies = senders.flatMap((sender) => sender.latencies).sort((a, b) => a - b);
  return { messages: latencies.length, elapsed: (end - begin) / 1_000, bytes, latencies };
}

/** Waits until nothing has come for 300 ms; returns when the last byte came. */
async function quiet(received: Float64Array): Promise<number> {
  let last = performance.now();
  let total = -1;
  while (performance.now() - last < 300) {
    const now = received.reduce((sum, size) => sum + size, 0);
    if (now !== total) last = performance.now();
    total = now;
    await new Promise((wake) => setTimeout(wake, 10));
  }
  return last;
}

/** Opens a connection that counts what it is sent; resolves at the first bytes. */
function open(port: number, dialect: Dialect, heard: (size: number) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let fresh = true;
    const callback = (size: number): boolean => {
      heard(size);
      if (fresh) {
        fresh = false;
        const hello = greeting(dialect);
        if (hello) socket.write(hello);
        resolve(socket);
      }
      return true;
    };
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer: shared, callback } });
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.write(handshake(dialect, `127.0.0.1:${port}`));
  });
}

/** Sends messages, and takes each as done when it has it back: stored or not, it has gone round. */
class Sender {
  readonly latencies: number[] = [];
  readonly opened: Promise<this>;
  private socket!: Socket;
  private readonly sentAt: number[] = [];
  private readonly mark: string;
  /** The bytes of a frame that has not come whole. */
  private rest: Buffer = Buffer.alloc(0);
  private ending = false;
  private done: () => void = () => undefined;

  constructor(
    n: number,
    private readonly load: Load,
  ) {
    this.mark = `<${n}>`;
    this.opened = open(load.port, load.writes, (size) => this.hear(shared.subarray(0, size))).then(
      (socket) => {
        this.socket = socket;
        return this;
      },
    );
  }

  async write(): Promise<void> {
    const finished = new Promise<void>((resolve) => (this.done = resolve));
    const { window, pace, seconds } = this.load;
    for (let i = 0; i < window; i += 1) this.send();
    const ticking = window === 0 ? setInterval(() => this.send(), (1_000 * SENDERS) / pace) : undefined;
    await new Promise((wake) => setTimeout(wake, seconds * 1_000));
    clearInterval(ticking);
    this.ending = true;
    if (this.sentAt.length > this.latencies.length) await finished;
  }

  private send(): void {
    this.sentAt.push(performance.now());
    this.socket.write(saying(this.load.writes, this.mark + TEXT));
  }

  private hear(data: Buffer): void {
    if (!this.socket) return;
    const now = performance.now();
    this.rest = framesOf(this.rest.length > 0 ? Buffer.concat([this.rest, data]) : data, (frame) => {
      // One's own message, as everybody gets it: not its acknowledgement.
      const entry = frame.indexOf('new_message') < 20 && frame.includes(`"message":"${this.mark}`);
      if (!entry || frame.startsWith('{"type":"ack"')) return;
      this.latencies.push(now - this.sentAt[this.latencies.length]!);
      if (!this.ending && this.load.window > 0) this.send();
    });
    if (this.ending && this.latencies.length >= this.sentAt.length) this.done();
  }
}

/** Hands on each whole text frame of a server, and returns a copy of what is left. */
function framesOf(data: Buffer, handle: (frame: string) => void): Buffer {
  let at = 0;
  while (data.length - at >= 4) {
    const short = data[at + 1]! & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length =
      short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
    if (data.length - at < head + length) break;
    handle(data.toString('latin1', at + head, at + head + length));
    at += head + length;
  }
  return Buffer.from(data.subarray(at));
}
