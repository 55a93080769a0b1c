import type { IncomingMessage } from 'node:http';

/** The longest body that a request may have, in bytes. */
export const BODY_MAX = 64 * 1024;

/** The size of a request's body as far as its head tells, in bytes: at most {@link BODY_MAX}; more is refused. */
export function bodySize({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding']) return BODY_MAX;
  return Math.min(Number(headers['content-length'] ?? 0), BODY_MAX);
}
