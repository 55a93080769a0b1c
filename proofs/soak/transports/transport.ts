import type { NewMessage, Reset } from '../../../server/wire';
import type { Draft } from '../write-outcomes';

/** The callbacks of a reader. */
export interface ReaderHandlers {
  /** Receives every entry; the harness writes messages only. */
  onMessage: (entry: NewMessage) => void;
  onReset: (reset: Reset) => void;
}

/** Why a connection was closed; with the HTTP status if the server refused the request. */
export interface CloseReason {
  status?: number;
  error?: string;
}

/** An open connection that reads. */
export interface ReadConnection {
  /** Resolves when either side has closed the connection. No handler is called after that, nor after {@link close}. */
  closed: Promise<CloseReason>;
  close: () => void;
  /** Joins another room on the same connection, if the transport can; rejects if the connection closes. */
  join?: (room: string, after: string) => Promise<unknown>;
}

/** Starts to read a room after a cursor, over one transport. */
export type OpenReader = (
  url: string,
  room: string,
  after: string,
  handlers: ReaderHandlers,
) => ReadConnection;

/** The body of a refusal. */
export interface ErrorAnswer {
  error: string;
  status: number;
}

/** Whether a request with this status may be repeated: the server is unavailable or limits the rate, and the outcome is unknown. */
export function isRetryable(status: number): boolean {
  return status === 503 || status === 429;
}

/** An open connection that writes. */
export interface WriteConnection {
  /**
   * Sends a draft and waits for the answer.
   * @throws {Error} if there is none: whether the message is stored is unknown.
   */
  send: (draft: Draft) => Promise<NewMessage | ErrorAnswer>;
  close: () => void;
}

/** Opens a connection for writing. @throws {Error} if it can't be opened. */
export type OpenWriter = (url: string) => Promise<WriteConnection>;

/** How long to wait for an answer, in ms. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** How long a stream may be silent before it counts as dead, in ms: the server sends a heartbeat every 15 to 20 s. */
export const SILENCE_MS = 45_000;
/** The room of connections that only write: nobody writes to it, so they receive only answers. */
export const QUIET_ROOM = 'elsewhere';

/** Waits for a promise. @param name describes it in the error. @throws {Error} after `ms`. */
export async function withTimeout<T>(ms: number, name: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}: nothing arrived within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
