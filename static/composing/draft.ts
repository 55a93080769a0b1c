/** A message that is not stored yet. */
export interface Draft {
  /** The idempotency key: however often the draft is sent, the server stores it once. */
  id: string;
  message: string;
  /** The visitor that wrote it. */
  visitor?: string;
  /** When it was written, by this machine's clock. */
  at: string;
  /** The server's reason, if it refused the draft. */
  refused?: string;
  /** Its key in the draft store, if it was read from there. */
  place?: number;
}
