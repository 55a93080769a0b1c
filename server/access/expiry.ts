/** The expiry of a permanent mute, ban or invitation, in ms since 1970. */
export const FOREVER = Date.UTC(9999, 0);

/** Returns an expiry as the sentences take it: undefined if it is permanent. */
export function endOf(time: number): number | undefined {
  return time >= FOREVER ? undefined : time;
}
