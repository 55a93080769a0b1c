import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ErrorBody, NewMessage, ServerEvents } from '../server/wire.js';
import { eventNames } from './events.js';
import type { Open } from './stream.js';

/** How long an acknowledgement may take, in milliseconds. */
const PATIENCE = 6000;

/** The room over Socket.IO. Its own pings, 20 s apart, tell of a connection that is dead and not closed. */
export function socketIo(room: string, transport: 'websocket' | 'polling'): Open {
  return ({ cursor, hear, live, lost }) => {
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
      socket.off();
      socket.disconnect();
    };
    const end = (): void => {
      if (closed) return;
      close();
      lost();
    };
    for (const name of eventNames) socket.on(name, hear);
    socket.on('connect', live);
    socket.on('disconnect', end);
    socket.on('connect_error', end);
    // A connection that closes in the middle of its handshake is told of by this alone.
    socket.io.engine.on('close', end);
    return {
      close,
      send: (draft) => {
        const asked = socket.timeout(PATIENCE).emitWithAck('new_message', { ...draft, room });
        return (asked as Promise<NewMessage | ErrorBody>).catch(() => undefined);
      },
      typing: () => void socket.volatile.emit('typing', {}),
    };
  };
}
