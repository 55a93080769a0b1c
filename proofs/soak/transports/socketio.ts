import { Agent } from 'node:http';
import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import { ENTRY_TYPES } from '../../../server/entry-kinds';
import type { NewMessage, Reset } from '../../../server/wire';
import { ELSEWHERE, PATIENCE, within, type Ending, type No, type Read, type Write } from './transport';

type Transports = NonNullable<ManagerOptions['transports']>;

/** Reads over Socket.IO, by its transports `transports`, the first of them first. */
export const socketIo =
  (...transports: Transports & string[]): Read =>
  (url, room, after, sink) => {
    // Kept connections are left out: the client's polling throws where one of them is reset (xmlhttprequest-ssl).
    const agent = new Agent({ keepAlive: false });
    const socket = connect(url, transports, { room, after }, agent);
    let end!: (ending: Ending) => void;
    const ended = new Promise<Ending>((resolve) => (end = resolve));
    for (const type of ENTRY_TYPES) socket.on(type, (entry: NewMessage) => sink.message(entry));
    socket.on('reset', (reset: Reset) => sink.reset(reset));
    socket.on('disconnect', (reason) => end({ error: reason }));
    socket.on('connect_error', (error) => {
      socket.disconnect();
      end({ error: error.message, ...(error as { data?: No }).data });
    });
    return {
      ended,
      hop: async (next, cursor) => {
        const answer = (await ask(socket, 'join', { room: next, after: cursor })) as object | No;
        if ('error' in answer) throw new Error(`${answer.status} ${answer.error}`);
      },
      close: () => {
        for (const event of [...ENTRY_TYPES, 'reset']) socket.off(event);
        socket.disconnect();
        // A poll under way, or a connection that is just being made, would go on.
        agent.destroy();
        end({});
      },
    };
  };

/** Writes over Socket.IO. */
export const writeSocketIo: Write = async (url) => {
  const socket = connect(url, ['websocket'], { room: ELSEWHERE });
  // One whose connection breaks before it is let in is told so by `disconnect`, without a `connect_error`.
  const connected = new Promise<void>((resolve, reject) =>
    socket.once('connect', resolve).once('connect_error', reject).once('disconnect', reject),
  );
  await within(PATIENCE, 'connect', connected).catch((error: Error) => {
    socket.disconnect();
    throw error;
  });
  return {
    send: (draft) => ask(socket, 'new_message', draft) as Promise<NewMessage | No>,
    close: () => socket.disconnect(),
  };
};

function connect(url: string, transports: Transports, auth: object, agent?: Agent): Socket {
  const options = { forceNew: true, reconnection: false, timeout: PATIENCE, transports, auth };
  // In Node the client takes an agent, which its types, made for browsers, don't say.
  return io(url, { ...options, ...(agent && { agent: agent as unknown as string }) });
}

async function ask(socket: Socket, event: string, payload: object): Promise<unknown> {
  if (!socket.connected) throw new Error('The socket is closed.');
  let lost = (): void => undefined;
  const gone = new Promise<never>((_resolve, reject) => {
    lost = () => reject(new Error('The socket was closed.'));
    socket.once('disconnect', lost);
  });
  try {
    return await within(PATIENCE, event, Promise.race([socket.emitWithAck(event, payload), gone]));
  } finally {
    socket.off('disconnect', lost);
  }
}
