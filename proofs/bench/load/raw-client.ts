import { connect, type Socket } from 'node:net';
import { DIALECTS, type DialectName } from './protocols';

/** All sockets read into one buffer: what is in it is looked at once, or only counted. */
export const shared = Buffer.allocUnsafe(1 << 20);

/**
 * Opens a connection and greets; resolves at the first bytes.
 * @param heard is told how many bytes have come; they lie in {@link shared} until it returns.
 */
export function open(
  port: number,
  dialect: DialectName,
  heard: (size: number) => void,
  { query = '', greeting = DIALECTS[dialect].greeting }: { query?: string; greeting?: Buffer } = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let fresh = true;
    const callback = (size: number): boolean => {
      heard(size);
      if (fresh) {
        fresh = false;
        if (greeting) socket.write(greeting);
        resolve(socket);
      }
      return true;
    };
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer: shared, callback } });
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.write(DIALECTS[dialect].handshake(`127.0.0.1:${port}`, query));
  });
}

/** Does something `count` times, at most 50 at once. */
export async function inBatches(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - i) }, (_, k) => work(i + k)));
  }
}

/** Calls back for each place where `mark` begins in what comes, also where it comes in two parts. */
export function occurrences(mark: string, found: () => void): (size: number) => void {
  const pattern = Buffer.from(mark);
  let rest: Buffer = Buffer.alloc(0);
  return (size) => {
    const fresh = shared.subarray(0, size);
    const data = rest.length > 0 ? Buffer.concat([rest, fresh]) : fresh;
    let from = 0;
    for (let at = data.indexOf(pattern); at >= 0; at = data.indexOf(pattern, from)) {
      found();
      from = at + pattern.length;
    }
    rest = Buffer.from(data.subarray(Math.max(from, data.length - pattern.length + 1)));
  };
}

/** Waits until `total` has not changed for 300 ms; returns when it last did. */
export async function quiet(total: () => number): Promise<number> {
  let last = performance.now();
  let before = NaN;
  while (performance.now() - last < 300) {
    const now = total();
    if (now !== before) last = performance.now();
    before = now;
    await new Promise((wake) => setTimeout(wake, 10));
  }
  return last;
}

export const sorted = (list: number[]): number[] => list.sort((a, b) => a - b);
