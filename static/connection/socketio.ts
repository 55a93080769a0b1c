import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, Entry, ErrorBody, ServerEvents } from '../../server/wire.js';
import { refusalOf } from './api.js';
import type { ServerEvent } from './events.js';
import type { OpenStream } from './stream.js';

/** How long an acknowledgement may take, in milliseconds. */
const PATIENCE = 6000;

/** The room over Socket.IO. Its own pings, 20 s apart, tell of a connection that is dead and not closed. */
export function socketIo(room: string, transport: 'websocket' | 'polling'): OpenStream {
  return ({ cursor, onEvent: hear, onLive: live, onLost: lost }) => {
    const socket: Socket<ServerEvents, ClientEvents> = io({
      forceNew: true,
      transports: [transport],
      // Both are left to the ladder.
      upgrade: false,
      reconnection: false,
      auth: (tell) => tell({ room, after: cursor() }),
    });
    let closed = false;
    const close = (): void => {
      closed = true;
      socket.off().offAny();
      socket.disconnect();
    };
    const end = (why?: ErrorBody): void => {
      if (closed) return;
      close();
      lost(why);
    };
    socket.onAny((_name, event: ServerEvent) => hear(event));
    socket.on('connect', live);
    socket.on('disconnect', () => end());
    socket.on('connect_error', (error) => end(refusalOf((error as { data?: unknown }).data)));
    // A connection that closes in the middle of its handshake is told of by this alone. One that is refused closes
    // first, and says why right after.
    socket.io.engine.on('close', () => queueMicrotask(end));
    return {
      close,
      send: (draft) => {
        const asked = socket.timeout(PATIENCE).emitWithAck('new_message', { ...draft, room });
        return (asked as Promise<Entry | ErrorBody>).catch(() => undefined);
      },
      typing: () => void socket.volatile.emit('typing', {}),
    };
  };
}
