import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Calls `release` when an answer or a socket closes; at once if that has happened meanwhile.
 * @param release may be called twice.
 */
export function releaseOnClose(closing: ServerResponse | Duplex, release: () => void): void {
  // `once` would cost each connection a wrapper.
  closing.on('close', release);
  if (closing.closed || closing.destroyed) release();
}
