import type { Socket } from 'node:net';

/** How long a reader may read nothing, in ms, before it is disconnected. It can reconnect with its cursor. */
const STALL_TIMEOUT = 30_000;

/** The result of {@link write} for a connection that is closing or closed. */
export const GONE = Promise.resolve(false);

/**
 * Waits until a connection has drained. This backpressure makes a slow reader fall behind in the log, not in memory.
 * @param register gets the function to call when the connection has drained or failed.
 * @param stalled is called if it has not drained after 30 s.
 * @returns whether it has drained.
 */
export function drained(
  register: (done: (error?: Error | null) => void) => void,
  stalled: () => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
      stalled();
    }, STALL_TIMEOUT).unref();
    register((error) => {
      clearTimeout(timer);
      resolve(!error);
    });
  });
}

export const EMPTY = Buffer.alloc(0);
/** The most bytes that may wait for a connection when an ephemeral event is sent; beyond it, the event is dropped. */
const EPHEMERAL_BUFFER_MAX = 64 * 1024;

/**
 * Writes to a connection.
 * @param stalled is called if the bytes are not sent after 30 s.
 * @returns nothing if the bytes were sent at once, otherwise whether they are; see `LogReader.write`.
 */
export function write(socket: Socket, bytes: Buffer, stalled: () => void): Promise<boolean> | void {
  // The return value of `write` depends on the high-water mark: it can be true with bytes left, which would add up. The
  // callback of an empty write behind them is called when they are sent. Fast connections need none.
  socket.write(bytes);
  if (socket.writableLength > 0) return drained((done) => socket.write(EMPTY, done), stalled);
}

/** Writes an ephemeral event to a connection, or drops it if too many bytes are waiting. */
export function writeEphemeral(socket: Socket, bytes: Buffer): void {
  if (bytes.length > 0 && socket.writableLength < EPHEMERAL_BUFFER_MAX) socket.write(bytes);
}

/** Corks a connection until the current microtasks are done, so that all their data is one write. */
export function corkForTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  queueMicrotask(() => socket.uncork());
}
