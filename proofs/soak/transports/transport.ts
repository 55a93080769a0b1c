import type { NewMessage, Reset } from '../../../server/wire';
import type { Draft } from '../write-outcomes';

/** What a reader does with what it is shown. */
export interface Sink {
  /** Whatever stands in the log: nothing but messages is written there. */
  message: (entry: NewMessage) => void;
  reset: (reset: Reset) => void;
}

/** How a connection ended; with the status where the server refused what was asked. */
export interface Ending {
  status?: number;
  error?: string;
}

/** One connection that reads. */
export interface Stream {
  /** Resolves when it is over, whoever ended it; the sink is not called after that, nor after {@link close}. */
  ended: Promise<Ending>;
  close: () => void;
  /** Goes to another room on the same connection, where the transport can; rejects when the connection ends. */
  hop?: (room: string, after: string) => Promise<unknown>;
}

/** Begins to read a room after a cursor, over one transport. */
export type Read = (url: string, room: string, after: string, sink: Sink) => Stream;

/** A server's no. */
export interface No {
  error: string;
  status: number;
}

/** One connection that writes. */
export interface Line {
  /**
   * Says something and waits for the answer.
   * @throws {Error} if there is none: what became of the message is unknown.
   */
  send: (draft: Draft) => Promise<NewMessage | No>;
  close: () => void;
}

/** Opens a connection to write on. @throws {Error} if there is no getting through. */
export type Write = (url: string) => Promise<Line>;

/** How long an answer may take before it counts as none, in ms. */
export const PATIENCE = 10_000;

/** Waits for a promise at most `ms`. @throws {Error} naming what did not come. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing came within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Where connections that only write are: nothing is said there that they would be told of. */
export const ELSEWHERE = 'elsewhere';
