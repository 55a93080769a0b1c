import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import type { AccessControl } from '../access/access-control';
import { FOREIGN_ORIGIN, isAllowedOrigin } from '../access/origin';
import { releaseOnClose } from '../http/on-close';
import { rejectUpgrade } from '../http/reject';
import { checkRequest } from '../http/request';
import type { Page } from '../log/page';
import { errorBody, Refusal } from '../refusal';
import { checkReading } from '../validation/messages';
import type { Ephemeral, Reset } from '../wire';
import { waitForTurn } from './authorization';
import { corkForTurn, STALLED, writeEphemeral } from './backpressure';
import { jsonFrames, textLines, type Subprotocol } from './frames';
import {
  BoundedServer,
  CONTROLS_MAX,
  discardInput,
  socketOf,
  yieldBetweenFrames,
  writeFrames,
} from './internals';
import { Session, type Outlet, type Services } from './session';

/** How often a peer is asked whether it is there, in ms; one that has not answered by the next time is gone. */
const HEARTBEAT = 20_000;
/** The most bytes that may wait for a peer when something is to be echoed; past it it is hung up on. */
const CROWDED = 64 * 1024;
/** The most bytes of answers that a peer may leave unread. */
const UNREAD = 1024 * 1024;
const RESTARTING = 'The server is restarting. Come back with your cursor.';

const PROTOCOLS: Record<string, Subprotocol> = { json: jsonFrames, text: textLines };

/** One peer, which its session writes to. All of them share their listeners: one that is idle costs little. */
class Peer extends WebSocket implements Outlet {
  session: Session | undefined;
  speaks = textLines;
  /** Whether it was asked if it is there, and has not answered yet. */
  quiet = false;
  /** How many pings and pongs it has sent since then. */
  controls = 0;
  /** Where it comes from, and who counts what comes from there. */
  address = '';
  access: AccessControl | undefined;

  write(step: Page | Reset): Promise<boolean> | void {
    const bytes = this.speaks.step(step);
    if (bytes.length > 0) return writeFrames(this, bytes, () => hangUp(this));
  }

  notify(event: Ephemeral): void {
    const socket = socketOf(this);
    if (socket) writeEphemeral(socket, this.speaks.event(event));
  }

  /** Counts it among those that had to be cut off. */
  countAbuse(): void {
    this.access?.countAbuse(this.address);
  }

  end(error?: unknown): void {
    if (error instanceof Refusal) return this.close(1008, error.message);
    if (!error) return this.close(1001, RESTARTING);
    console.error('A WebSocket reader failed:', error);
    this.close(1011, 'Something went wrong on the server. Come back with your cursor.');
  }
}

/** The raw WebSocket on `/ws`, and its echo on `/ws/echo`. */
export class WebSockets {
  private readonly server = new BoundedServer<typeof Peer>({
    noServer: true,
    WebSocket: Peer,
    handleProtocols: (offered) => Object.keys(PROTOCOLS).find((name) => offered.has(name)) ?? false,
  });
  private readonly heartbeat = setInterval(() => this.server.clients.forEach(ping), HEARTBEAT);

  constructor(
    private readonly services: Services,
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
    this.admit(request, socket, head).catch((error: unknown) => {
      const body = errorBody(error);
      if (body.status < 500) this.services.access.countRefusal(request);
      rejectUpgrade(socket, body);
    });
  }

  /** Says goodbye to every peer; takes no more. */
  close(): void {
    clearInterval(this.heartbeat);
    this.server.clients.forEach((peer) => peer.close(1001, RESTARTING));
    this.server.close();
  }

  private async admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A peer may go while its handshake is looked at.
    socket.on('error', destroy);
    this.services.access.countRequest(request);
    checkRequest(request);
    if (!isAllowedOrigin(request, this.corsOrigins)) throw new Refusal('origin_not_allowed', FOREIGN_ORIGIN);
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    if (offered && !offered.some((name) => Object.hasOwn(PROTOCOLS, name))) {
      throw new Refusal('bad_request', 'The subprotocols here are "json" and "text".');
    }
    const { pathname, searchParams } = new URL(request.url ?? '', 'ws://localhost');
    const { visitor, release } = await this.services.access.authorizeConnection(request);
    releaseOnClose(socket, release);
    if (pathname === '/ws/echo') {
      const { access } = this.services;
      return this.accept(request, socket, head, (peer) => {
        const connection = { visitor, disconnect: (why: Refusal) => peer.end(why) };
        access.addConnection(connection);
        peer.on('close', () => access.removeConnection(connection));
        echo(peer, (size) => {
          this.services.limits.take('reads', visitor);
          this.services.limits.countFrame(size, visitor);
        });
      });
    }

    const { room, ...start } = checkReading(Object.fromEntries(searchParams));
    await waitForTurn(this.services, visitor);
    const cursor = await this.services.log.start(room, start);
    this.accept(request, socket, head, (peer) => {
      peer.speaks = PROTOCOLS[peer.protocol] ?? textLines;
      peer.session = new Session(this.services, visitor, peer);
      peer.on('close', left).on('message', heard);
      const begin = peer.speaks.start({ type: 'start', room, cursor });
      if (begin) peer.send(begin);
      peer.session.enter(room, cursor);
    });
  }

  private accept(request: IncomingMessage, socket: Duplex, head: Buffer, serve: (peer: Peer) => void): void {
    // `ws` looks after it from here on.
    socket.off('error', destroy);
    this.server.handleUpgrade(request, socket, head, (peer) => {
      peer.access = this.services.access;
      peer.address = peer.access.addressOf(request);
      peer.on('error', failed).on('pong', answered).on('ping', controlled);
      serve(peer);
    });
  }
}

function destroy(this: Duplex): void {
  this.destroy();
}

function heard(this: WebSocket, data: RawData, isBinary: boolean): void {
  const { speaks, session } = this as Peer;
  if (isBinary) {
    (this as Peer).countAbuse();
    session!.close();
    this.close(1003, 'Send text, not binary frames.');
    return discardInput(this);
  }
  yieldBetweenFrames(this);
  const frame = text(data);
  // Its session has ended, and said why.
  if (!session!.acceptFrame(frame.length)) return discardInput(this);
  void speaks.receive(session!, frame).then((answer) => {
    const socket = socketOf(this);
    if (!socket) return;
    corkForTurn(socket);
    if (answer) this.send(answer);
    // Who writes on and on, and reads no answer, would fill the memory with them.
    if (this.bufferedAmount > UNREAD) this.terminate();
  });
}

function left(this: WebSocket): void {
  (this as Peer).session!.close();
}

/** `ws` has closed the connection by then, with the code that says why. */
function failed(this: WebSocket): void {
  (this as Peer).countAbuse();
}

function answered(this: WebSocket): void {
  (this as Peer).quiet = false;
  controlled.call(this);
}

/** Ends a peer that sends one ping or pong after the other (RFC 6455, section 5.5). */
function controlled(this: WebSocket): void {
  const peer = this as Peer;
  peer.controls += 1;
  if (peer.controls !== CONTROLS_MAX + 1) return;
  peer.countAbuse();
  peer.close(1008, 'Too many pings and pongs.');
  discardInput(peer);
}

function ping(peer: Peer): void {
  if (peer.quiet) return peer.terminate();
  peer.quiet = true;
  peer.controls = 0;
  peer.ping();
}

function hangUp(peer: Peer): void {
  peer.close(1008, STALLED);
}

/** A probe for people and scripts: it answers what it is sent. */
function echo(peer: Peer, count: (size: number) => void): void {
  peer.on('message', (data, isBinary) => {
    // What came along with a frame that was refused.
    if (peer.readyState !== WebSocket.OPEN) return;
    try {
      count((data as Buffer).length);
    } catch (error) {
      peer.countAbuse();
      peer.end(error);
      return discardInput(peer);
    }
    if (peer.bufferedAmount < CROWDED) return peer.send(data, { binary: isBinary });
    // What is not taken back is not echoed either, nor read any more: a peer that never reads fills nothing.
    hangUp(peer);
    discardInput(peer);
  });
}

function text(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString();
}
