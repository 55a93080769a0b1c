import type { Cursor, Entry, ErrorBody } from '../../server/wire.js';
import type { ServerEvent } from './events.js';

/** Whom a stream tells. */
export interface StreamHandlers {
  /** Where reading goes on. */
  cursor: () => Cursor;
  onEvent: (event: ServerEvent) => void;
  /** The way works, from now on. */
  onLive: () => void;
  /**
   * It does not work, or no longer; the stream has closed itself, and says no more.
   * @param why what the server says, if it lets nobody in.
   */
  onLost: (why?: ErrorBody) => void;
  /** Somebody else heard of the log up to here. */
  onHead: (cursor: Cursor) => void;
  /**
   * Asks the server whether there is more than was heard, and takes it in.
   * @throws if the server can't be reached.
   */
  checkForMore: () => Promise<boolean>;
}

/** A message on its way to the server. */
export interface Outgoing {
  id: string;
  message: string;
}

/** A way to the room that was opened. It never calls its ear before the call that opened it has returned. */
export interface Stream {
  close: () => void;
  /** Brings a message to the server, where the way goes in both directions; `undefined` is no answer. */
  send?: ((message: Outgoing) => Promise<Entry | ErrorBody | undefined>) | undefined;
  typing?: (() => void) | undefined;
}

export type OpenStream = (ear: StreamHandlers) => Stream;

/** How long a way may take to work, in milliseconds. */
const PATIENCE = 10_000;

/** Takes a way that is not live in time for one that doesn't work. */
export function withTimeout(open: OpenStream): OpenStream {
  return (ear) => {
    const late = setTimeout(() => {
      stream.close();
      ear.onLost();
    }, PATIENCE);
    const inTime =
      <Said extends unknown[]>(call: (...said: Said) => void) =>
      (...said: Said) => {
        clearTimeout(late);
        call(...said);
      };
    const stream = open({ ...ear, onLive: inTime(ear.onLive), onLost: inTime(ear.onLost) });
    return { ...stream, close: inTime(stream.close) };
  };
}
