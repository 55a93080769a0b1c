import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { checkReading } from '../check';
import { STALLED, tellOut } from '../flow';
import { FOREIGN, mayAsk } from '../origin';
import { errorBody, Refusal } from '../refusal';
import type { Page } from '../page';
import { Session, type Outlet, type Parts } from '../session';
import { refuseUpgrade } from '../upgrade';
import type { Ephemeral, Reset } from '../wire';
import { jsonFrames, textLines, type Protocol } from './frames';
import { socketOf, writeFrames } from './raw';

/** How often a peer is asked whether it is there, in ms; one that has not answered by the next time is gone. */
const HEARTBEAT = 20_000;
/** The most bytes that may wait for a peer when something is to be echoed; past it it is hung up on. */
const CROWDED = 64 * 1024;
/** The most bytes of answers that a peer may leave unread. */
const UNREAD = 1024 * 1024;
/** How long a stalled peer has to take the reason in why it is closed, in ms. */
const FAREWELL = 1_000;
const RESTARTING = 'The server is restarting. Come back with your cursor.';

const PROTOCOLS: Record<string, Protocol> = { json: jsonFrames, text: textLines };

/** The raw WebSocket on `/ws`, and its echo on `/ws/echo`. */
export class WebSockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    handleProtocols: (offered) => Object.keys(PROTOCOLS).find((name) => offered.has(name)) ?? false,
  });
  private readonly quiet = new WeakSet<WebSocket>();
  private readonly heartbeat = setInterval(
    () => this.server.clients.forEach((peer) => this.ping(peer)),
    HEARTBEAT,
  );

  constructor(
    private readonly parts: Parts,
    private readonly corsOrigins: readonly string[],
  ) {
    this.heartbeat.unref();
  }

  /** Whether a handshake for this path belongs here. */
  serves(path: string): boolean {
    return path === '/ws' || path === '/ws/echo';
  }

  /** Takes a handshake, or refuses it with an HTTP answer. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.admit(request, socket, head).catch((error: unknown) => refuseUpgrade(socket, errorBody(error)));
  }

  /** Says goodbye to every peer; takes no more. */
  close(): void {
    clearInterval(this.heartbeat);
    this.server.clients.forEach((peer) => peer.close(1001, RESTARTING));
    this.server.close();
  }

  private async admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A peer may go while its handshake is looked at.
    socket.on('error', () => socket.destroy());
    if (!mayAsk(request, this.corsOrigins)) throw new Refusal(403, FOREIGN);
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    if (offered && !offered.some((name) => Object.hasOwn(PROTOCOLS, name))) {
      throw new Refusal(400, 'The subprotocols here are "json" and "text".');
    }
    const { pathname, searchParams } = new URL(request.url ?? '', 'ws://localhost');
    if (pathname === '/ws/echo') return this.accept(request, socket, head, echo);

    const { room, ...start } = checkReading(Object.fromEntries(searchParams));
    const visitor = await this.parts.visitors.identify(request);
    const cursor = await this.parts.log.start(room, start);
    this.accept(request, socket, head, (peer) => {
      const protocol = PROTOCOLS[peer.protocol] ?? textLines;
      const session = new Session(this.parts, visitor, new PeerOutlet(peer, protocol));
      peer.on('close', () => session.close());
      peer.on('message', (data, isBinary) => {
        if (isBinary) return peer.close(1003, 'Send text, not binary frames.');
        void protocol.hear(session, text(data)).then((answer) => {
          if (answer) peer.send(answer);
          // Who writes on and on, and reads no answer, would fill the memory with them.
          if (peer.bufferedAmount > UNREAD) peer.terminate();
        });
      });
      session.enter(room, cursor);
    });
  }

  private accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    serve: (peer: WebSocket) => void,
  ): void {
    this.server.handleUpgrade(request, socket, head, (peer) => {
      // `ws` has closed the connection by then, with the code that says why.
      peer.on('error', () => undefined);
      peer.on('pong', () => this.quiet.delete(peer));
      serve(peer);
    });
  }

  private ping(peer: WebSocket): void {
    if (this.quiet.has(peer)) return peer.terminate();
    this.quiet.add(peer);
    peer.ping();
  }
}

/** One peer, as its session writes to it. */
class PeerOutlet implements Outlet {
  constructor(
    private readonly peer: WebSocket,
    private readonly protocol: Protocol,
  ) {}

  take(step: Page | Reset): Promise<boolean> | void {
    const bytes = this.protocol.step(step);
    if (bytes.length > 0) return writeFrames(this.peer, bytes, () => hangUp(this.peer));
  }

  tell(event: Ephemeral): void {
    const socket = socketOf(this.peer);
    if (socket) tellOut(socket, this.protocol.event(event));
  }

  end(error?: unknown): void {
    if (!error) return this.peer.close(1001, RESTARTING);
    console.error('A WebSocket reader failed:', error);
    this.peer.close(1011, 'Something went wrong on the server. Come back with your cursor.');
  }
}

function hangUp(peer: WebSocket): void {
  peer.close(1008, STALLED);
  setTimeout(() => peer.terminate(), FAREWELL).unref();
}

/** A probe for people and scripts: it answers what it is sent. */
function echo(peer: WebSocket): void {
  peer.on('message', (data, isBinary) => {
    // What is not taken back is not echoed either: a peer that never reads fills nothing.
    if (peer.bufferedAmount < CROWDED) peer.send(data, { binary: isBinary });
    else hangUp(peer);
  });
}

function text(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString();
}
