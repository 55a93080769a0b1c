import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal';

/** The longest body of a request, and the longest frame or packet of a connection, in bytes. */
export const BODY_MAX = 64 * 1024;

/** Returns the error for a longer body. */
export function bodyTooLarge(): Refusal {
  return new Refusal('too_large', ['bodyTooLarge', BODY_MAX / 1024]);
}

/** Returns the size that a request's headers declare for its body, in bytes: at most {@link BODY_MAX}. */
export function bodySize({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding']) return BODY_MAX;
  return Math.min(Number(headers['content-length'] ?? 0), BODY_MAX);
}
