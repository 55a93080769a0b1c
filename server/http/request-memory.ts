import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressLimits } from '../access/address-limits';
import { BODY_MAX, bodySize } from '../access/body-size';
import { intercept } from './intercept';

/** The approximate memory of a header or of a chunk of a body, beside its bytes. */
const OVERHEAD = 256;
/** The longest head of a request, in bytes: Node's default for `maxHeaderSize`. */
const HEAD_MAX = 16 * 1024;
/** The most bytes of one request: a body may come in 1,024 chunks, since each costs time, however small it is. */
const REQUEST_MAX = HEAD_MAX + BODY_MAX + 1_024 * OVERHEAD;

/** How long a client has to read a response that was sent before its request had arrived in full, in ms. */
const LINGER = 1_000;

/** The memory that a request holds until it is answered. */
interface HeldMemory {
  request: IncomingMessage;
  address: string;
  bytes: number;
  isAnswered: boolean;
}

/**
 * Bounds the memory that the unanswered requests of an address take: their heads, pipelined ones included, and their
 * bodies, also incomplete ones. A request that exceeds it is aborted with its connection. Call it after all listeners
 * for requests are registered.
 */
export function limitRequestMemory(server: Server, limits: AddressLimits): void {
  const totals = new Map<string, number>();
  /** The unanswered requests of each connection: when it closes, pipelined ones have no response that closes. */
  const unanswered = new WeakMap<Socket, HeldMemory[]>();

  /** Adds bytes to a request. @returns whether it and its address stay within the bounds. */
  const hold = (held: HeldMemory, bytes: number): boolean => {
    if (held.isAnswered) return true;
    const total = (totals.get(held.address) ?? 0) + bytes;
    totals.set(held.address, total);
    held.bytes += bytes;
    return held.bytes <= REQUEST_MAX && total <= limits.requestBytes;
  };
  const release = (held: HeldMemory): void => {
    const total = (totals.get(held.address) ?? 0) - held.bytes;
    if (total > 0) totals.set(held.address, total);
    else totals.delete(held.address);
    held.bytes = 0;
  };
  // Listeners are shared by all requests: streams would keep their own.
  const releaseAnswered = function (this: ServerResponse): void {
    const requests = unanswered.get(this.req.socket)!;
    const [held] = requests.splice(
      requests.findIndex(({ request }) => request === this.req),
      1,
    );
    release(held!);
    held!.isAnswered = true;
    // Nothing reads the rest of the body (RFC 9112, section 9.6).
    if (!this.req.complete) setTimeout(destroyIncomplete, LINGER, this.req).unref();
  };
  const releaseAll = function (this: Socket): void {
    unanswered.get(this)!.forEach(release);
  };
  const abort = ({ address, request: { socket } }: HeldMemory): false => {
    if (!socket.destroyed) limits.countAbuse(address);
    socket.destroy();
    return false;
  };

  intercept(server, (request, response, proceed) => {
    const { socket } = request;
    // It was parsed together with a request that was aborted.
    if (socket.destroyed) return;
    const held: HeldMemory = { request, address: limits.addressOf(request), bytes: 0, isAnswered: false };
    const requests = unanswered.get(socket);
    if (requests) requests.push(held);
    else {
      unanswered.set(socket, [held]);
      socket.on('close', releaseAll);
    }
    response.on('close', releaseAnswered);
    if (bodySize(request) > 0) {
      const push = request.push.bind(request);
      // Node's parser delivers the body by this method. A subclass can't override it: Express replaces the prototype.
      request.push = (chunk: Buffer | null, ...more) => {
        // Neither deliver a chunk nor the end: an incomplete body must not pass for a whole one.
        if (socket.destroyed) return false;
        if (chunk && !hold(held, chunk.length + OVERHEAD)) return abort(held);
        return push(chunk, ...more);
      };
    }
    if (hold(held, headSize(request))) proceed();
    else abort(held);
  });
}

function destroyIncomplete(request: IncomingMessage): void {
  if (!request.complete) request.socket.destroy();
}

/** Returns the approximate memory of the head of a request, in bytes. */
function headSize({ url = '', rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, url.length + OVERHEAD);
}
