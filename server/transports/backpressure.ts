import type { Socket } from 'node:net';

/** How long a reader may read nothing, in ms, before it is disconnected. It can return with its cursor. */
const STALL_TIMEOUT = 30_000;

/** The reason that a stalled reader is given. */
export const STALLED = 'Nothing was read for 30 s. Come back with your cursor.';

/** What {@link write} returns for a connection that is closing or closed: it takes nothing more. */
export const GONE = Promise.resolve(false);

/**
 * Waits until a connection has drained. This is the backpressure that makes a slow reader fall behind in the log, and
 * not in memory.
 * @param register is given the function to call when the connection has drained or failed.
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
/** The most bytes that may wait for a connection when there is an ephemeral event; above it, the event is dropped. */
const EPHEMERAL_BUFFER_MAX = 64 * 1024;

/**
 * Writes to a connection.
 * @param stalled is called if it has not taken the bytes after 30 s.
 * @returns nothing if it took the bytes at once, else whether it does; see `LogReader.write`.
 */
export function write(socket: Socket, bytes: Buffer, stalled: () => void): Promise<boolean> | void {
  // The return value of `write` depends on the high-water mark: it can be true with bytes left, which would add up. An
  // empty write behind them has a callback when they are gone, and fast connections need none.
  socket.write(bytes);
  if (socket.writableLength > 0) return drained((done) => socket.write(EMPTY, done), stalled);
}

/** Writes an ephemeral event to a connection, or drops it if too much is waiting. */
export function writeEphemeral(socket: Socket, bytes: Buffer): void {
  if (bytes.length > 0 && socket.writableLength < EPHEMERAL_BUFFER_MAX) socket.write(bytes);
}

/** Corks a connection until the current microtasks are done, so that all their data is one write. */
export function corkForTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  queueMicrotask(() => socket.uncork());
}
