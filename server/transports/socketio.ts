import type { Server as HttpServer } from 'node:http';
import { Server, type Socket as AnySocket } from 'socket.io';
import { checkReading, type Reading } from '../check';
import { drained, GONE } from '../drained';
import { FOREIGN, mayAsk } from '../origin';
import { events, once } from '../page';
import { errorBody } from '../refusal';
import { Session, type Parts } from '../session';
import type { Visitor } from '../visitor';
import type { ClientEvents, Cursor, ServerEvents } from '../wire';
import { peerOf, queued, settledPeer, textFrames, writeFrames } from './raw';

interface Data {
  visitor: Visitor;
  reading: Reading;
  cursor: Cursor;
}

type Socket = AnySocket<ClientEvents, ServerEvents, Record<string, never>, Data>;

/** The most packets that may wait for a connection when an ephemeral event comes; past it the event is dropped. */
const CROWDED = 64;

/** A step as Socket.IO's packets of events, the same for all who are handed it: one write to each. */
const frames = once((step) =>
  textFrames(events(step).map((event) => `42${JSON.stringify([event.type, event])}`)),
);

/** The most packets that a connection may leave waiting; a page has a quarter of it. */
const UNREAD = 1_024;

/** Speaks Socket.IO on `/socket.io`; ended by `close()` of what it returns. */
export function attachSocketIo(server: HttpServer, parts: Parts, corsOrigins: readonly string[]): Server {
  const io = new Server<ClientEvents, ServerEvents, Record<string, never>, Data>(server, {
    maxHttpBufferSize: 64 * 1024,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    cors: { origin: [...corsOrigins] },
    // `cors` says nothing about WebSocket.
    allowRequest: (request, decide) => decide(FOREIGN, mayAsk(request, corsOrigins)),
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
  // Who sends on and on, and takes no answer in, would fill the memory with them.
  io.engine.on('connection', (connection: Socket['conn']) => {
    connection.on('packetCreate', () => {
      if (queued(connection) > UNREAD) connection.close(true);
    });
    // The packets that go out together are one write.
    connection.on('flush', () => peerOf(connection)?.cork());
    connection.on('drain', () => peerOf(connection)?.uncork());
  });
  return io;
}

/** Who it is, and where the reading begins: known before the connection is there, so nothing falls in between. */
async function admit({ data, request, handshake }: Socket, { visitors, log }: Parts): Promise<void> {
  data.visitor = await visitors.identify(request);
  data.reading = checkReading(handshake.auth);
  data.cursor = await log.start(data.reading.room, data.reading);
}

function serve(socket: Socket, parts: Parts): void {
  const { visitor, reading, cursor } = socket.data;
  // The client comes back by itself from this, but not from `disconnect()`.
  const hangUp = (): void => void socket.conn.close(true);
  const session = new Session(parts, visitor, {
    take: (step) => {
      if (step.type === 'page' && step.entries.length === 0) return;
      const peer = settledPeer(socket.conn);
      if (peer) return writeFrames(peer, frames(step), hangUp);
      if (!socket.connected) return GONE;
      for (const event of events(step)) emit(socket, event.type, event);
      // Packets wait here only when the connection can't take them.
      if (queued(socket.conn) > 0) return drained((done) => socket.conn.once('drain', done), hangUp);
    },
    tell: (event) => {
      if (queued(socket.conn) < CROWDED) emit(socket, event.type, event);
    },
    end: (error) => {
      if (error) console.error('A Socket.IO reader failed:', error);
      hangUp();
    },
  });
  // Every event, so that one that does not exist is answered, too.
  socket.onAny((event: string, ...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
    session.handle(event, args[0]).catch(errorBody).then(acknowledge, console.error);
  });
  socket.on('disconnect', () => session.close());
  session.enter(reading.room, cursor);
}

function emit(socket: Socket, event: string, payload: object): void {
  (socket as AnySocket).emit(event, payload);
}
