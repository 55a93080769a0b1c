import { Agent } from 'node:http';
import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import { ENTRY_TYPES } from '../../../server/entry-kinds';
import type { NewMessage, Reset } from '../../../server/wire';
import {
  ANSWER_TIMEOUT_MS,
  QUIET_ROOM,
  withTimeout,
  type CloseReason,
  type ErrorAnswer,
  type OpenReader,
  type OpenWriter,
} from './transport';

type Transports = NonNullable<ManagerOptions['transports']>;

/** Returns a function that reads over Socket.IO. @param transports Socket.IO's own, in the order in which they are tried. */
export const readSocketIo =
  (...transports: Transports & string[]): OpenReader =>
  (url, room, after, handlers) => {
    // No keep-alive: the client's polling throws if a kept connection is reset (xmlhttprequest-ssl).
    const agent = new Agent({ keepAlive: false });
    const socket = connect(url, transports, { room, after }, agent);
    let resolveClosed!: (reason: CloseReason) => void;
    const closed = new Promise<CloseReason>((resolve) => (resolveClosed = resolve));
    for (const type of ENTRY_TYPES) socket.on(type, (entry: NewMessage) => handlers.onMessage(entry));
    socket.on('reset', (reset: Reset) => handlers.onReset(reset));
    socket.on('disconnect', (reason) => resolveClosed({ error: reason }));
    socket.on('connect_error', (error) => {
      socket.disconnect();
      resolveClosed({ error: error.message, ...(error as { data?: ErrorAnswer }).data });
    });
    return {
      closed,
      join: async (next, cursor) => {
        const join = { room: next, after: cursor };
        const answer = (await emitWithAck(socket, 'join', join)) as object | ErrorAnswer;
        if ('error' in answer) throw new Error(`${answer.status} ${answer.error}`);
      },
      close: () => {
        for (const event of [...ENTRY_TYPES, 'reset']) socket.off(event);
        socket.disconnect();
        // Ends a poll in flight, and a connection that is being opened.
        agent.destroy();
        resolveClosed({});
      },
    };
  };

/** Writes over Socket.IO. */
export const writeSocketIo: OpenWriter = async (url) => {
  const socket = connect(url, ['websocket'], { room: QUIET_ROOM });
  // If the connection breaks before it is accepted, there is a `disconnect` and no `connect_error`.
  const connected = new Promise<void>((resolve, reject) =>
    socket.once('connect', resolve).once('connect_error', reject).once('disconnect', reject),
  );
  await withTimeout(ANSWER_TIMEOUT_MS, 'connect', connected).catch((error: Error) => {
    socket.disconnect();
    throw error;
  });
  return {
    send: (draft) => emitWithAck(socket, 'new_message', draft) as Promise<NewMessage | ErrorAnswer>,
    close: () => socket.disconnect(),
  };
};

function connect(url: string, transports: Transports, auth: object, agent?: Agent): Socket {
  // Socket.IO ignores the user in a URL, which other clients send as this header.
  const { username, protocol, host } = new URL(url);
  const extraHeaders = username ? { Authorization: `Basic ${btoa(`${username}:`)}` } : {};
  const common = { forceNew: true, reconnection: false, timeout: ANSWER_TIMEOUT_MS };
  const options = { ...common, transports, auth, extraHeaders };
  // In Node the client accepts an agent; its types are those of the browser, which has none.
  return io(`${protocol}//${host}`, { ...options, ...(agent && { agent: agent as unknown as string }) });
}

/** Emits an event and waits for its acknowledgement. @throws {Error} if the socket disconnects first. */
async function emitWithAck(socket: Socket, event: string, payload: object): Promise<unknown> {
  if (!socket.connected) throw new Error('The socket is closed.');
  let onDisconnect = (): void => undefined;
  const disconnected = new Promise<never>((_resolve, reject) => {
    onDisconnect = () => reject(new Error('The socket was closed.'));
    socket.once('disconnect', onDisconnect);
  });
  try {
    const acknowledged = socket.emitWithAck(event, payload);
    return await withTimeout(ANSWER_TIMEOUT_MS, event, Promise.race([acknowledged, disconnected]));
  } finally {
    socket.off('disconnect', onDisconnect);
  }
}
