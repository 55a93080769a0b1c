import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Calls `release` when an answer or a socket closes; at once if that has happened meanwhile. */
export function releaseWith(closing: ServerResponse | Duplex, release: () => void): void {
  closing.once('close', release);
  if (closing.closed || closing.destroyed) release();
}
