/** The expiry of a permanent mute, ban or invitation, in ms since 1970. */
export const FOREVER = Date.UTC(9999, 0);

/** Returns an expiry in words, such as “ until 2026-11-27 18:00 UTC”; an empty text if it is permanent. */
export function formatExpiry(time: number): string {
  return time >= FOREVER ? '' : ` until ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
