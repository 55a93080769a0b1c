import type { Server as HttpServer } from 'node:http';
import { Server, type Socket as AnySocket } from 'socket.io';
import type { Chat } from '../chat';
import { checkReading, checkSaying, checkUsername, type Reading } from '../check';
import { eventOrGone } from '../gone';
import type { Log } from '../log';
import { mayAsk } from '../origin';
import type { Presence, Stay } from '../presence';
import { errorBody } from '../refusal';
import type { Visitor, Visitors } from '../visitor';
import type { ClientEvents, Cursor, Ephemeral, ServerEvents } from '../wire';
import { queued } from './engine';

/** The parts of the chat that a transport speaks for. */
interface Parts {
  log: Log;
  chat: Chat;
  visitors: Visitors;
  presence: Presence;
}

interface Data {
  visitor: Visitor;
  reading: Reading;
  cursor: Cursor;
}

type Socket = AnySocket<ClientEvents, ServerEvents, Record<string, never>, Data>;

/** The most packets that may wait for a connection when an ephemeral event comes; past it the event is dropped. */
const CROWDED = 64;

/** Speaks Socket.IO on `/socket.io`. Closed by `close()` of what it returns. */
export function attachSocketIo(server: HttpServer, parts: Parts, corsOrigins: readonly string[]): Server {
  const io = new Server<ClientEvents, ServerEvents, Record<string, never>, Data>(server, {
    maxHttpBufferSize: 64 * 1024,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    cors: { origin: [...corsOrigins] },
    // `cors` says nothing about WebSocket.
    allowRequest: (request, decide) => decide(null, mayAsk(request, corsOrigins)),
    // Other paths have upgrades of their own.
    destroyUpgrade: false,
  });
  io.use((socket, next) => {
    admit(socket, parts).then(
      () => next(),
      (error: unknown) => {
        const data = errorBody(error);
        next(Object.assign(new Error(data.error), { data }));
      },
    );
  });
  io.on('connection', (socket) => serve(socket, parts));
  return io;
}

/** Who it is, and where the reading begins: known before the connection is there, so nothing falls in between. */
async function admit({ data, request, handshake }: Socket, { visitors, log }: Parts): Promise<void> {
  data.visitor = await visitors.identify(request);
  data.reading = checkReading(handshake.auth);
  data.cursor = await log.start(data.reading.room, data.reading);
}

function serve(socket: Socket, { log, chat, presence }: Parts): void {
  const { visitor } = socket.data;
  let room = socket.data.reading.room;
  let stay: Stay | undefined;
  let leaving = new AbortController();
  let reading = Promise.resolve();
  let joining = Promise.resolve();

  const tell = (event: Ephemeral): void => {
    if (queued(socket.conn) < CROWDED) emit(socket, event.type, event);
  };

  const read = async (cursor: Cursor, gone: AbortSignal): Promise<void> => {
    for await (const step of log.follow(room, cursor, gone)) {
      if (step.type === 'reset') emit(socket, 'reset', step);
      else step.entries.forEach((entry) => emit(socket, entry.type, entry));
      // Packets wait here only when the connection can't take them.
      if (queued(socket.conn) > 0) await eventOrGone(socket.conn, 'drain', gone);
    }
  };

  const leave = async (): Promise<void> => {
    stay?.leave();
    leaving.abort();
    await reading;
  };

  const enter = (next: string, cursor: Cursor): void => {
    if (!socket.connected) return;
    room = next;
    leaving = new AbortController();
    stay = presence.enter(room, visitor, tell);
    reading = read(cursor, leaving.signal).catch((error: unknown) => {
      console.error('A Socket.IO reader failed:', error);
      // The client comes back by itself from here, but not from `disconnect()`.
      socket.conn.close();
    });
  };

  enter(room, socket.data.cursor);
  socket.on('disconnect', () => void leave());

  answer(socket, 'new_message', async (payload) => {
    const { entry } = await chat.say(visitor, checkSaying({ room, ...(payload as object) }));
    return entry;
  });
  answer(socket, 'change_username', (payload) => chat.rename(visitor, checkUsername(payload)));
  answer(socket, 'typing', () => {
    stay?.typing();
    return {};
  });
  answer(socket, 'join', async (payload) => {
    const next = checkReading(payload);
    const cursor = await log.start(next.room, next);
    joining = joining.then(leave).then(() => enter(next.room, cursor));
    await joining;
    return { room: next.room, cursor };
  });
}

/** Acknowledges an event with what `handle` makes of it, or with the error; a client need not ask for that. */
function answer(socket: Socket, event: keyof ClientEvents, handle: (payload: unknown) => object): void {
  const attempt = async (payload: unknown): Promise<object> => handle(payload);
  socket.on(event, (...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
    attempt(args[0]).catch(errorBody).then(acknowledge, console.error);
  });
}

function emit(socket: Socket, event: string, payload: object): void {
  (socket as AnySocket).emit(event, payload);
}
