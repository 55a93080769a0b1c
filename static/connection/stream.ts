import type { Cursor, Entry, ErrorBody } from '../../server/wire.js';
import type { ServerEvent } from './events.js';

/** The callbacks of a stream. */
export interface StreamHandlers {
  /** Returns the cursor to read after. */
  cursor: () => Cursor;
  onEvent: (event: ServerEvent) => void;
  /** The stream is connected. */
  onLive: () => void;
  /**
   * The stream could not connect, or was cut; it has closed itself.
   * @param refusal the server's error, if it refused the connection.
   */
  onLost: (refusal?: ErrorBody) => void;
  /** The log extends at least to this cursor, as another tab has learned. */
  onHead: (cursor: Cursor) => void;
  /**
   * Asks the server for entries after the cursor, and reads them; resolves with whether there were any.
   * @throws if the server can't be reached.
   */
  checkForMore: () => Promise<boolean>;
}

/** A message to send. */
export interface Outgoing {
  id: string;
  message: string;
}

/** An open stream of a room over one transport. */
export interface Stream {
  close: () => void;
  /** Sends a message, if the transport goes both ways; resolves with `undefined` if no acknowledgement came. */
  send?: ((message: Outgoing) => Promise<Entry | ErrorBody | undefined>) | undefined;
  typing?: (() => void) | undefined;
}

/** Opens a stream, which calls its handlers only after this has returned. */
export type OpenStream = (handlers: StreamHandlers) => Stream;

/** How long a transport may take to connect, in milliseconds. */
const CONNECT_TIMEOUT = 10_000;

/** Makes a stream count as lost if it does not connect in time. */
export function withTimeout(open: OpenStream): OpenStream {
  return (handlers) => {
    const timer = setTimeout(() => {
      stream.close();
      handlers.onLost();
    }, CONNECT_TIMEOUT);
    const settling =
      <Args extends unknown[]>(handler: (...args: Args) => void) =>
      (...args: Args) => {
        clearTimeout(timer);
        handler(...args);
      };
    const stream = open({
      ...handlers,
      onLive: settling(handlers.onLive),
      onLost: settling(handlers.onLost),
    });
    return { ...stream, close: settling(stream.close) };
  };
}
