import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, Entry, ErrorBody, ServerEvents } from '../../server/wire.js';
import { refusalOf } from './api.js';
import type { ServerEvent } from './events.js';
import type { OpenStream } from './stream.js';

/** How long an acknowledgement may take, in milliseconds. */
const ACK_TIMEOUT = 6000;

/** Opens the room over Socket.IO, whose pings detect a dead connection within 20 s. */
export function socketIo(room: string, transport: 'websocket' | 'polling'): OpenStream {
  return ({ cursor, onEvent, onLive, onLost }) => {
    const socket: Socket<ServerEvents, ClientEvents> = io({
      forceNew: true,
      transports: [transport],
      // TransportFallback does both.
      upgrade: false,
      reconnection: false,
      auth: (send) => send({ room, after: cursor() }),
    });
    let isClosed = false;
    const close = (): void => {
      isClosed = true;
      socket.off().offAny();
      socket.disconnect();
    };
    const end = (refusal?: ErrorBody): void => {
      if (isClosed) return;
      close();
      onLost(refusal);
    };
    socket.onAny((_name, event: ServerEvent) => onEvent(event));
    socket.on('connect', onLive);
    socket.on('disconnect', () => end());
    socket.on('connect_error', (error) => end(refusalOf((error as { data?: unknown }).data)));
    // The only event when a connection closes during its handshake. After a refusal, connect_error with its reason
    // follows in the same task.
    socket.io.engine.on('close', () => queueMicrotask(end));
    return {
      close,
      send: (draft) => {
        const answer = socket.timeout(ACK_TIMEOUT).emitWithAck('new_message', { ...draft, room });
        return (answer as Promise<Entry | ErrorBody>).catch(() => undefined);
      },
      typing: () => void socket.volatile.emit('typing', {}),
    };
  };
}
