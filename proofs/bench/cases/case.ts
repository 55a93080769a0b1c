/** The scale of the measurements. */
export interface Scale {
  rounds: number;
  /** How long each load lasts, in s. */
  seconds: number;
  receivers: number[];
  /** Messages in flight for each sender; 0 for a constant rate. */
  windows: number[];
  /** Idle connections. */
  connections: number;
  /** Lengths of the log, in messages. */
  stored: number[];
  /** Numbers of nodes on one database. */
  nodes: number[];
}
