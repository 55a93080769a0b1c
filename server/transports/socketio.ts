import type { Server as HttpServer } from 'node:http';
import { Server, type Socket as AnySocket } from 'socket.io';
import { BODY_MAX } from '../access/body-size';
import type { AuthorizedRoom } from '../access/room-access';
import type { Visitor } from '../identity/visitor';
import { errorBody } from '../refusal';
import { checkReading } from '../validation/messages';
import type { ClientEvents, Cursor, ServerEvents } from '../wire';
import { languageOf, type Language } from '../words/language';
import { inLanguage } from '../words/sentence';
import { waitForTurn } from './authorization';
import { BoundedWebSocketServer } from './bounded-websocket';
import { EngineConnection, type EngineSocket } from './engine-connection';
import { EngineGuard } from './engine-guard';
import type { Services } from './services';
import { RoomSession } from './room-session';
import { SocketIoOutlet } from './socketio-outlet';

interface Data {
  /** The visitor, its room, the cursor at which reading begins, and whether it wants news, until the session exists. */
  authorized?: { visitor: Visitor; room: AuthorizedRoom; cursor: Cursor; news: boolean | undefined };
  session?: RoomSession;
  /** The language of the errors. */
  language?: Language;
}

type Socket = AnySocket<ClientEvents, ServerEvents, Record<string, never>, Data>;

/** Serves Socket.IO on `/socket.io`, until the server that it returns is closed. */
export function attachSocketIo(
  server: HttpServer,
  services: Services,
  corsOrigins: readonly string[],
): Server {
  const io = new Server<ClientEvents, ServerEvents, Record<string, never>, Data>(server, {
    maxHttpBufferSize: BODY_MAX,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    // Closes connections that are refused, or never request a socket.
    connectTimeout: 10_000,
    cors: { origin: [...corsOrigins] },
    wsEngine: BoundedWebSocketServer,
    // Other paths have their own upgrades; see dispatchUpgrades.
    destroyUpgrade: false,
  });
  /** The ids of the open Engine.IO sessions. */
  const sids = new Set<string>();
  const guard = new EngineGuard(services.addressLimits, corsOrigins, sids, services.access);
  io.engine.use(guard.check);
  // Each connection reads the log, and nothing is broadcast, so Socket.IO needs no rooms.
  io.of('/').adapter.addAll = () => undefined;
  io.use((socket, next) => {
    const connection = EngineConnection.of(socket.conn);
    if (connection.hasRequestedSocket) {
      socket.conn.close(true);
      return next(new Error(inLanguage('oneSession', languageOf(socket.request))));
    }
    connection.hasRequestedSocket = true;
    authorize(socket, services).then(
      () => next(),
      (error: unknown) => {
        const data = errorBody(error, languageOf(socket.request));
        // Stock clients reconnect when their connection closes, but not after a refusal.
        if (data.code === 'unavailable') socket.conn.close(true);
        next(Object.assign(new Error(data.error), { data }));
      },
    );
  });
  io.on('connection', (socket) => serve(socket, services));
  io.engine.on('connection', (socket: EngineSocket) => {
    new EngineConnection(socket, services.addressLimits);
    const { sid } = socket.transport;
    sids.add(sid);
    const release = guard.takeOver(socket.request);
    socket.on('close', () => {
      sids.delete(sid);
      release?.();
    });
  });
  return io;
}

/** Authorizes a handshake, and determines where reading begins before the connection exists, so that no entry is missed. */
async function authorize({ conn, data, request, handshake }: Socket, services: Services): Promise<void> {
  const { access, log, rooms } = services;
  const { token } = handshake.auth;
  const { visitor, release } = await access.authorizeConnection(
    request,
    typeof token === 'string' ? token : undefined,
  );
  conn.on('close', release);
  if (conn.readyState !== 'open') release();
  const { room: name, news, ...start } = checkReading(handshake.auth);
  await waitForTurn(services, visitor);
  const room = await rooms.authorize(visitor, name);
  data.authorized = { visitor, room, cursor: await log.start(room, start), news };
}

function serve(socket: Socket, services: Services): void {
  const { visitor, room, cursor, news } = socket.data.authorized!;
  const session = new RoomSession(services, visitor, new SocketIoOutlet(socket as AnySocket));
  // Drop the handshake and its request: they are no longer needed, and would live as long as the connection.
  const language = languageOf(socket.request);
  Object.assign(socket, { handshake: undefined, data: { session, language } });
  Object.assign(socket.conn, { request: undefined });
  EngineConnection.of(socket.conn).session = session;
  // Any event, so that unknown ones are refused.
  socket.onAny(receive);
  socket.on('disconnect', leave);
  socket.emit('start', { type: 'start', room, cursor });
  session.enter(room, cursor);
  if (news) session.watchNews();
}

function receive(this: Socket, event: string, ...args: unknown[]): void {
  const last = args.at(-1);
  const acknowledge = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
  const { session, language } = this.data;
  session!
    .handle(event, args[0])
    .catch((error: unknown) => errorBody(error, language!))
    .then(acknowledge, console.error);
}

/** Ends the session. A socket that only leaves the namespace is disconnected: it would escape the connection limit. */
function leave(this: Socket): void {
  this.data.session!.close();
  this.conn.close();
}
