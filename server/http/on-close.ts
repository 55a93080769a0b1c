import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Calls `release` when a response or socket closes, or at once if it has closed already.
 * @param release may be called twice.
 */
export function releaseOnClose(closing: ServerResponse | Duplex, release: () => void): void {
  // `once` would allocate a wrapper for each connection.
  closing.on('close', release);
  if (closing.closed || closing.destroyed) release();
}
