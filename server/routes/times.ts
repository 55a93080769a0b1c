/** Returns a time in ms since 1970 as it crosses the wire: ISO 8601 in UTC, or null for 0. */
export function iso(time: number): string | null {
  return time === 0 ? null : new Date(time).toISOString();
}
