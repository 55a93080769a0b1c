import { connect, type Socket } from 'node:net';
import { PROTOCOLS, type ProtocolName } from './protocols';

/** How many connections are opened at once. */
const BATCH = 50;
/** How long nothing must change before {@link waitUntilQuiet} returns, in ms. */
const QUIET_MS = 300;

/** The buffer into which all sockets read; its contents are valid only during the callback. */
export const receiveBuffer = Buffer.allocUnsafe(1 << 20);

/**
 * Opens a connection, and sends the greeting after the first bytes, with which the promise resolves.
 * @param onBytes is called with the number of bytes received, which are in {@link receiveBuffer} until it returns.
 */
export function open(
  port: number,
  protocol: ProtocolName,
  onBytes: (size: number) => void,
  { query = '', greeting = PROTOCOLS[protocol].greeting }: { query?: string; greeting?: Buffer } = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let isFirst = true;
    const callback = (size: number): boolean => {
      onBytes(size);
      if (isFirst) {
        isFirst = false;
        if (greeting) socket.write(greeting);
        resolve(socket);
      }
      return true;
    };
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer: receiveBuffer, callback } });
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.write(PROTOCOLS[protocol].handshake(`127.0.0.1:${port}`, query));
  });
}

/** Calls a function `count` times, with at most {@link BATCH} calls in flight. */
export async function inBatches(count: number, run: (n: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += BATCH) {
    await Promise.all(Array.from({ length: Math.min(BATCH, count - i) }, (_, k) => run(i + k)));
  }
}

/** Returns a function that finds each occurrence of a text in a stream, also where it is split between two chunks. */
export function findOccurrences(text: string, onOccurrence: () => void): (size: number) => void {
  const pattern = Buffer.from(text);
  let rest: Buffer = Buffer.alloc(0);
  return (size) => {
    const chunk = receiveBuffer.subarray(0, size);
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let at = data.indexOf(pattern); at >= 0; at = data.indexOf(pattern, from)) {
      onOccurrence();
      from = at + pattern.length;
    }
    rest = Buffer.from(data.subarray(Math.max(from, data.length - pattern.length + 1)));
  };
}

/** Waits until a total has not changed for {@link QUIET_MS}. @returns the time of its last change. */
export async function waitUntilQuiet(total: () => number): Promise<number> {
  let changedAt = performance.now();
  let last = NaN;
  while (performance.now() - changedAt < QUIET_MS) {
    const current = total();
    if (current !== last) changedAt = performance.now();
    last = current;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return changedAt;
}
