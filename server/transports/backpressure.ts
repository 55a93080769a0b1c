import type { Socket } from 'node:net';

/** How long a reader may take nothing in, in ms, before its connection is closed; its cursor brings it back. */
const PATIENCE = 30_000;

/** Why a connection is closed that takes nothing in. */
export const STALLED = 'Nothing was taken in for 30 s. Come back with your cursor.';

/** What a connection says that takes no more, because it is closing or closed. */
export const GONE = Promise.resolve(false);

/**
 * Waits until a connection takes more: what keeps a slow reader behind in the log, and not in memory.
 * @param register is given what to call when the connection has drained, or has failed with an error.
 * @param stalled is called if it takes nothing for 30 s.
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
    }, PATIENCE).unref();
    register((error) => {
      clearTimeout(timer);
      resolve(!error);
    });
  });
}

/** No bytes. */
export const EMPTY = Buffer.alloc(0);
/** The most bytes that may wait for a connection when it is told what may be dropped; past it that is dropped. */
const CROWDED = 64 * 1024;

/**
 * Writes to a connection.
 * @param stalled is called if it takes nothing for 30 s.
 * @returns nothing if it took the bytes at once, else whether it does; see `Reader.take`.
 */
export function write(socket: Socket, bytes: Buffer, stalled: () => void): Promise<boolean> | void {
  // What `write` returns says how much was given, not how much is left. A callback would be one more for each
  // connection; what is written behind the bytes tells as well when they have gone.
  socket.write(bytes);
  if (socket.writableLength > 0) return drained((done) => socket.write(EMPTY, done), stalled);
}

/** Writes to a connection what it can do without: nothing, if it has not taken in what came before. */
export function writeEphemeral(socket: Socket, bytes: Buffer): void {
  if (bytes.length > 0 && socket.writableLength < CROWDED) socket.write(bytes);
}

/** Holds a connection back until the microtasks under way are through: what they write to it goes out as one write. */
export function corkForTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  queueMicrotask(() => socket.uncork());
}
