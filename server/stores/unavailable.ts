import { Refusal, RETRY_AFTER } from '../refusal';

/** The shortest time between two lines in the log, in ms: without its database, every request fails. */
const REPORT_INTERVAL = 1_000;

let reportedAt = -Infinity;

/**
 * Returns the refusal of a request, on any transport, that failed because the database can't be reached or written to
 * just now. It is not known whether a write was committed.
 * @param error the reason, for the log.
 */
export function unavailable(error: unknown): Refusal {
  const now = performance.now();
  if (now - reportedAt >= REPORT_INTERVAL) {
    reportedAt = now;
    console.error(`The database can't be used just now: ${String(error)}`);
  }
  return databaseClosed();
}

/** Returns the refusal of a request that is still being served when the server stops, and has closed its database. */
export function databaseClosed(): Refusal {
  return new Refusal('unavailable', 'databaseUnavailable', RETRY_AFTER);
}
