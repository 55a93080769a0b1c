import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

/** A stock Socket.IO client that records the events it receives. */
export interface SocketIoClient {
  socket: Socket;
  /** All events received so far, in order. */
  received: { event: string; payload: Record<string, unknown> }[];
  /** Resolves with the first event of a name that `matches`, past or future. */
  next: (
    event: string,
    matches?: (payload: Record<string, unknown>) => boolean,
  ) => Promise<Record<string, unknown>>;
  /** The texts of all messages so far. */
  texts: () => unknown[];
}

/** Opens a client, and waits until it is connected. */
export async function connect(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<SocketIoClient> {
  const client = openClient(url, options);
  await new Promise<void>((resolve, reject) =>
    client.socket.once('connect', resolve).once('connect_error', reject),
  );
  return client;
}

/** Opens a client without waiting until it is connected. */
export function openClient(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): SocketIoClient {
  const socket = io(url, { forceNew: true, transports: ['websocket'], ...options });
  const received: SocketIoClient['received'] = [];
  const waiting = new Set<() => void>();
  socket.onAny((event: string, payload: Record<string, unknown>) => {
    received.push({ event, payload });
    waiting.forEach((look) => look());
  });
  return {
    socket,
    received,
    texts: () =>
      received.filter(({ event }) => event === 'new_message').map(({ payload }) => payload.message),
    next: (event, matches = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = received.find((one) => one.event === event && matches(one.payload));
          if (!found) return;
          waiting.delete(look);
          resolve(found.payload);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Disconnects, and waits until Engine.IO has closed: over polling, that takes another request. */
export async function disconnect(socket: Socket): Promise<void> {
  const { engine } = socket.io;
  const closed = new Promise((resolve) => engine.once('close', resolve));
  socket.disconnect();
  if (engine.readyState !== 'closed') await closed;
}
