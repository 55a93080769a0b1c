/** The end of what is permanent, in ms since 1970. */
export const FOREVER = Date.UTC(9999, 0);

/** Says until when something lasts, such as “ until 2026-11-27 18:00 UTC”; nothing if it is permanent. */
export function formatExpiry(time: number): string {
  return time >= FOREVER ? '' : ` until ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
