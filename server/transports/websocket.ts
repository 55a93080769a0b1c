import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isAllowedOrigin } from '../access/origin';
import { releaseOnClose } from '../http/on-close';
import { rejectUpgrade } from '../http/reject';
import { checkRequest } from '../http/request';
import { errorBody, Refusal } from '../refusal';
import { checkReading } from '../validation/messages';
import { waitForTurn } from './authorization';
import { BoundedWebSocketServer } from './bounded-websocket';
import { echo } from './echo';
import type { Services } from './services';
import { RoomSession } from './room-session';
import { jsonFrames, textLines } from './subprotocols';
import { WebSocketPeer } from './websocket-peer';
import { languageOf } from '../words/language';

/** How often a peer is pinged, in ms; one that has not answered by the next ping is terminated. */
const HEARTBEAT_INTERVAL = 20_000;

const SUBPROTOCOLS = { json: jsonFrames, text: textLines };

/** The raw WebSocket on `/ws`, and its echo on `/ws/echo`. */
export class WebSockets {
  private readonly server = new BoundedWebSocketServer<typeof WebSocketPeer>({
    noServer: true,
    WebSocket: WebSocketPeer,
    handleProtocols: (offered) => Object.keys(SUBPROTOCOLS).find((name) => offered.has(name)) ?? false,
  });
  private readonly heartbeat = setInterval(
    () => this.server.clients.forEach((peer) => peer.heartbeat()),
    HEARTBEAT_INTERVAL,
  );

  constructor(
    private readonly services: Services,
    private readonly corsOrigins: readonly string[],
  ) {
    this.heartbeat.unref();
  }

  /** Returns whether a path has a WebSocket. */
  serves(path: string): boolean {
    return path === '/ws' || path === '/ws/echo';
  }

  /** Completes a handshake, or refuses it with an HTTP response. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.authorize(request, socket, head).catch((error: unknown) => {
      const body = errorBody(error, languageOf(request));
      if (body.status < 500) this.services.addressLimits.countRefusal(request);
      rejectUpgrade(socket, body);
    });
  }

  /** Closes every peer, and completes no more handshakes. */
  close(): void {
    clearInterval(this.heartbeat);
    this.server.clients.forEach((peer) => peer.end());
    this.server.close();
  }

  private async authorize(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { access, addressLimits, log, rooms } = this.services;
    // The peer may reset the connection before `ws` listens for errors.
    socket.on('error', destroy);
    addressLimits.countRequest(request);
    checkRequest(request);
    if (!isAllowedOrigin(request, this.corsOrigins)) throw new Refusal('origin_not_allowed', 'foreignOrigin');
    checkSubprotocol(request);
    const { pathname, searchParams } = new URL(request.url ?? '', 'ws://localhost');
    const { visitor, release } = await access.authorizeConnection(request);
    releaseOnClose(socket, release);
    if (pathname === '/ws/echo') {
      return this.accept(request, socket, head, (peer) => echo(this.services, visitor, peer));
    }
    const { room: name, news, ...start } = checkReading(Object.fromEntries(searchParams));
    await waitForTurn(this.services, visitor);
    const room = await rooms.authorize(visitor, name);
    const cursor = await log.start(room, start);
    this.accept(request, socket, head, (peer) => {
      const session = new RoomSession(this.services, visitor, peer);
      peer.start(session);
      const first = peer.subprotocol.start({ type: 'start', room, cursor });
      if (first) peer.send(first);
      session.enter(room, cursor);
      if (news) session.watchNews();
    });
  }

  private accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    serve: (peer: WebSocketPeer) => void,
  ): void {
    const { addressLimits } = this.services;
    socket.off('error', destroy);
    this.server.handleUpgrade(request, socket, head, (peer) => {
      const subprotocol = peer.protocol === 'json' ? jsonFrames : textLines;
      peer.subprotocol = subprotocol[languageOf(request)];
      peer.watch(addressLimits, addressLimits.addressOf(request));
      serve(peer);
    });
  }
}

/** @throws {Refusal} `bad_request` if a handshake offers only unknown subprotocols. */
function checkSubprotocol({ headers }: IncomingMessage): void {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
  if (offered && !offered.some((name) => Object.hasOwn(SUBPROTOCOLS, name))) {
    throw new Refusal('bad_request', 'subprotocols');
  }
}

function destroy(this: Duplex): void {
  this.destroy();
}
