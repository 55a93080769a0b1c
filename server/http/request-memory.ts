import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessControl } from '../access/access-control';
import { bodySize } from '../access/body-size';
import { intercept } from './intercept';

/** What a header or a piece of a body takes in memory beside its bytes, about. */
const OVERHEAD = 256;
/** The most pieces in which a body may arrive: each costs time, however small it is. */
const PIECES_MAX = 1_024;

/** How long a body may go on arriving that was answered already, in ms: so long a client has to read that answer. */
const LINGER = 1_000;

/** What a request holds, until it is answered. */
interface Held {
  request: IncomingMessage;
  address: string;
  bytes: number;
  answered: boolean;
}

/**
 * Bounds what the requests of an address hold in memory until they are answered: heads, also of those that are sent
 * ahead, and bodies, whether or not they arrive in full. Past it, the connection of the request is cut off. Call it when all
 * listeners for requests are there.
 * @param most in bytes.
 */
export function limitRequestMemory(server: Server, access: AccessControl, most: number): void {
  const totals = new Map<string, number>();
  /** The requests of each connection: those that wait for the answer before theirs do not close with it. */
  const open = new WeakMap<Socket, Held[]>();

  const hold = (held: Held, bytes: number): boolean => {
    if (held.answered) return true;
    const total = (totals.get(held.address) ?? 0) + bytes;
    totals.set(held.address, total);
    held.bytes += bytes;
    return total <= most;
  };
  const release = (held: Held): void => {
    const total = (totals.get(held.address) ?? 0) - held.bytes;
    if (total > 0) totals.set(held.address, total);
    else totals.delete(held.address);
    held.bytes = 0;
  };
  // One function for all: streams keep their listeners.
  const releaseAnswered = function (this: ServerResponse): void {
    const own = open.get(this.req.socket)!;
    const [held] = own.splice(
      own.findIndex(({ request }) => request === this.req),
      1,
    );
    release(held!);
    held!.answered = true;
    // Nobody reads the rest (RFC 9112, section 9.6).
    if (!this.req.complete) setTimeout(endIncomplete, LINGER, this.req).unref();
  };
  const releaseAll = function (this: Socket): void {
    open.get(this)!.forEach(release);
  };
  const cut = ({ address, request: { socket } }: Held): false => {
    if (!socket.destroyed) access.countAbuse(address);
    socket.destroy();
    return false;
  };

  intercept(server, (request, response, proceed) => {
    const { socket } = request;
    // What was parsed together with the request that went too far.
    if (socket.destroyed) return;
    const held: Held = { request, address: access.addressOf(request), bytes: 0, answered: false };
    const own = open.get(socket);
    if (own) own.push(held);
    else {
      open.set(socket, [held]);
      socket.on('close', releaseAll);
    }
    response.on('close', releaseAnswered);
    if (bodySize(request) > 0) {
      let pieces = 0;
      const push = request.push.bind(request);
      // Node's parser hands the body over by this. It can't be a method of a subclass: Express changes the prototype.
      request.push = (piece: Buffer | null, ...more) => {
        // Neither a piece nor the end: a part is not the whole.
        if (socket.destroyed) return false;
        if (piece) {
          pieces += 1;
          if (!hold(held, piece.length + OVERHEAD) || pieces > PIECES_MAX) return cut(held);
        }
        return push(piece, ...more);
      };
    }
    if (hold(held, headSize(request))) proceed();
    else cut(held);
  });
}

function endIncomplete(request: IncomingMessage): void {
  if (!request.complete) request.socket.destroy();
}

/** What the head of a request takes in memory, about, in bytes. */
function headSize({ url = '', rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, url.length + OVERHEAD);
}
