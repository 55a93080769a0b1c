/** A time in ms since 1970 as it crosses the wire: ISO 8601 in UTC; nothing for one that never was. */
export function iso(time: number): string | null {
  return time === 0 ? null : new Date(time).toISOString();
}
