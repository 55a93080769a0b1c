/** How much is measured. */
export interface Size {
  rounds: number;
  /** How long each load lasts, in s. */
  seconds: number;
  receivers: number[];
  /** Messages in flight for each sender; 0 is 50 messages a second. */
  windows: number[];
  /** Idle connections. */
  connections: number;
  /** Messages in the log. */
  stored: number[];
}

export const percentile = (inOrder: number[], share: number): number =>
  inOrder[Math.min(inOrder.length - 1, Math.floor(inOrder.length * share))] ?? NaN;
