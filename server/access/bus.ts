/**
 * Carries hints between the processes of one deployment, best effort: a message may be lost, late or repeated, so it is
 * never the only way in which another process learns something.
 */
export interface Bus {
  /**
   * Sends a message to the other processes; this one does not get it. The messages of a few milliseconds are sent
   * together, and equal ones among them once.
   * @param payload less than {@link PAYLOAD_BYTES_MAX} bytes in UTF-8.
   */
  publish(topic: Topic, payload: string): void;
  /** Calls back with each message of other processes. */
  subscribe(topic: Topic, handle: (payload: string) => void): void;
  /** Calls back when messages may have been missed: the connection was lost, and is back. */
  onGap(handle: () => void): void;
}

/**
 * What messages are about: rooms that have grown, committed changes, who is present, who is typing, and what
 * counts towards rate limits.
 */
export type Topic = 'log' | 'changes' | 'presence' | 'typing' | 'limits';

/** The bound of a payload: PostgreSQL refuses notifications of 8,000 bytes. */
export const PAYLOAD_BYTES_MAX = 8_000;

/** The bus of a process that is alone. */
export const NO_BUS: Bus = {
  publish: () => undefined,
  subscribe: () => undefined,
  onGap: () => undefined,
};
