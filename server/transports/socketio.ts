import type { Server as HttpServer } from 'node:http';
import { Server, type Socket as AnySocket } from 'socket.io';
import { BODY_MAX } from '../access/body-size';
import type { Visitor } from '../identity/visitor';
import { eventsOf, memoize, type Page } from '../log/page';
import { errorBody, Refusal } from '../refusal';
import { checkReading, type Reading } from '../validation/messages';
import type { ClientEvents, Cursor, Entry, Ephemeral, Reset, ServerEvents } from '../wire';
import { waitForTurn } from './authorization';
import { drained, GONE, writeEphemeral } from './backpressure';
import { EngineGuard } from './engine-guard';
import {
  BoundedServer,
  CONTROLS_MAX,
  discardInput,
  isSession,
  peerOf,
  queuedPackets,
  queuedCharacters,
  settledPeer,
  socketBelow,
  socketOf,
  yieldBetweenFrames,
  textFrames,
  writeFrames,
} from './internals';
import { Session, type Outlet, type Services } from './session';

interface Data {
  /** Who it is, and where the reading begins: until it is let in. */
  admitted?: { visitor: Visitor; reading: Reading; cursor: Cursor };
  session?: Session;
}

/** A packet of Engine.IO. */
interface Packet {
  type: string;
  data?: unknown;
}

type Connection = AnySocket['conn'];
type Socket = AnySocket<ClientEvents, ServerEvents, Record<string, never>, Data>;

/** The most packets that may wait for a connection when an ephemeral event comes; past it the event is dropped. */
const CROWDED = 64;

/** An event as a packet of Socket.IO's. */
const packet = (event: Entry | Reset | Ephemeral): string => `42${JSON.stringify([event.type, event])}`;
/** A step as the frames of its events, the same for all who are handed it: one write to each. */
const frames = memoize((step: Page | Reset) => textFrames(eventsOf(step).map(packet)));
/** An event that is in no log, likewise. */
const frame = memoize((event: Ephemeral) => textFrames([packet(event)]));

/** The sessions of connections that were let in. */
const sessions = new WeakMap<Connection, Session>();

/** How many packets of a connection were no events since the last ping of the server, such as pongs. */
const controls = new WeakMap<Connection, number>();

/** The most packets that a connection may leave waiting; a page has a quarter of it. */
const UNREAD = 1_024;
/** The most characters of them, looked at once in so many packets. */
const UNREAD_CHARACTERS = 512 * 1024;
const LOOK_EVERY = 32;

/** Speaks Socket.IO on `/socket.io`; ended by `close()` of what it returns. */
export function attachSocketIo(
  server: HttpServer,
  services: Services,
  corsOrigins: readonly string[],
): Server {
  const io = new Server<ClientEvents, ServerEvents, Record<string, never>, Data>(server, {
    maxHttpBufferSize: BODY_MAX,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    // Who is not let in does not stay.
    connectTimeout: 10_000,
    cors: { origin: [...corsOrigins] },
    wsEngine: BoundedServer,
    // Other paths have upgrades of their own.
    destroyUpgrade: false,
  });
  const guard = new EngineGuard(services.access, corsOrigins, (sid) => isSession(io, sid));
  io.engine.use(guard.check);
  /** Connections that have asked to be let in: each is one session, however often it asks. */
  const asked = new WeakSet<Connection>();
  // Nobody is told of anything by room: each connection reads its log. So no rooms are kept.
  io.of('/').adapter.addAll = () => undefined;
  io.use((socket, next) => {
    if (asked.has(socket.conn)) {
      socket.conn.close(true);
      return next(new Error('A connection is one session.'));
    }
    asked.add(socket.conn);
    admit(socket, services).then(
      () => next(),
      (error: unknown) => {
        const data = errorBody(error);
        next(Object.assign(new Error(data.error), { data }));
      },
    );
  });
  io.on('connection', (socket) => serve(socket, services));
  /** Ends a connection that sends one packet after the other that is no event. */
  const controlled = function (this: Connection, { type, data }: Packet): void {
    yieldBetweenFrames(peerOf(this));
    if (type === 'message' && String(data).startsWith('2')) return;
    const count = (controls.get(this) ?? 0) + 1;
    controls.set(this, count);
    if (count !== CONTROLS_MAX + 1) return;
    services.access.countAbuse(
      sessions.get(this)?.visitor.address ?? services.access.addressOf(this.request),
    );
    cutOff(this);
  };
  io.engine.on('connection', (connection: Connection) => {
    connection
      .on('packetCreate', bound)
      .on('flush', cork)
      .on('drain', uncork)
      .on('data', received)
      .on('packet', controlled);
    const release = guard.takeOver(connection.request);
    if (release) connection.on('close', release);
  });
  return io;
}

/** Nothing here is binary: what announces attachments (packets 5 and 6) is not waited for. */
function received(this: Connection, data: unknown): void {
  if (typeof data !== 'string' || /^[56]/.test(data)) return cutOff(this);
  const session = sessions.get(this);
  // Over polling, it was counted with its request.
  if (!session || this.transport.name !== 'websocket') return;
  session.acceptFrame(data.length);
}

/** Closes a connection that keeps sending, but never reads its acknowledgements. */
function bound(this: Connection, { type }: Packet): void {
  if (type === 'ping') controls.delete(this);
  const count = queuedPackets(this);
  const large = count > 0 && count % LOOK_EVERY === 0 && queuedCharacters(this) > UNREAD_CHARACTERS;
  if (count > UNREAD || large) cutOff(this);
}

/** Ends a connection, and handles nothing more of what its peer goes on sending. */
function cutOff(connection: Connection): void {
  connection.close(true);
  discardInput(peerOf(connection));
}

/** The packets that go out together are one write. */
function cork(this: Connection): void {
  socketBelow(this)?.cork();
}

function uncork(this: Connection): void {
  socketBelow(this)?.uncork();
}

/** Who it is, and where the reading begins: known before the connection is there, so nothing falls in between. */
async function admit({ conn, data, request, handshake }: Socket, services: Services): Promise<void> {
  const { access, log } = services;
  const { token } = handshake.auth;
  const { visitor, release } = await access.authorizeConnection(
    request,
    typeof token === 'string' ? token : undefined,
  );
  conn.on('close', release);
  if (conn.readyState !== 'open') release();
  const reading = checkReading(handshake.auth);
  await waitForTurn(services, visitor);
  data.admitted = { visitor, reading, cursor: await log.start(reading.room, reading) };
}

/** One socket, as its session writes to it. */
class SocketOutlet implements Outlet {
  constructor(private readonly socket: Socket) {}

  write(step: Page | Reset): Promise<boolean> | void {
    if (step.type === 'page' && step.entries.length === 0) return;
    const { conn } = this.socket;
    const peer = settledPeer(conn);
    if (peer) return writeFrames(peer, frames(step), this.hangUp);
    if (!this.socket.connected) return GONE;
    for (const event of eventsOf(step)) this.emit(event);
    // Packets wait here only when the connection can't take them.
    if (queuedPackets(conn) > 0) return drained((done) => conn.once('drain', done), this.hangUp);
  }

  notify(event: Ephemeral): void {
    const socket = socketOf(settledPeer(this.socket.conn));
    if (socket) writeEphemeral(socket, frame(event));
    else if (queuedPackets(this.socket.conn) < CROWDED) this.emit(event);
  }

  end(error?: unknown): void {
    // Who may not stay is told why when it comes back.
    if (error instanceof Refusal) return this.hangUp();
    if (error) console.error('A Socket.IO reader failed:', error);
    this.socket.conn.close(true);
  }

  /** The client comes back by itself from this, but not from `disconnect()`. */
  private readonly hangUp = (): void => cutOff(this.socket.conn);

  private emit(event: Entry | Reset | Ephemeral): void {
    (this.socket as AnySocket).emit(event.type, event);
  }
}

function serve(socket: Socket, services: Services): void {
  const { visitor, reading, cursor } = socket.data.admitted!;
  const session = new Session(services, visitor, new SocketOutlet(socket));
  // What came with the handshake is read, and would stay in memory as long as the connection.
  Object.assign(socket, { handshake: undefined, data: { session } });
  Object.assign(socket.conn, { request: undefined });
  sessions.set(socket.conn, session);
  // Every event, so that one that does not exist is answered, too.
  socket.onAny(heard);
  socket.on('disconnect', left);
  socket.emit('start', { type: 'start', room: reading.room, cursor });
  session.enter(reading.room, cursor);
}

function heard(this: Socket, event: string, ...args: unknown[]): void {
  const last = args.at(-1);
  const acknowledge = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
  this.data.session!.handle(event, args[0]).catch(errorBody).then(acknowledge, console.error);
}

/** Who has left may not stay connected, either: it would not be counted any more. */
function left(this: Socket): void {
  this.data.session!.close();
  this.conn.close();
}
