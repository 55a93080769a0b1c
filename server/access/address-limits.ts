import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Addresses } from '../identity/address';
import { bodySize } from './body-size';
import { InMemoryConnectionLimiter, reserve, type ConnectionLimiter } from './connection-limiter';
import { consume, InMemoryRateLimiter, refuseIfExhausted, type Allowance } from './rate-limiter';
import { ADDRESS_FACTOR, FLOOD_FACTOR, readsFor, type RateLimits } from './rate-limits';

/** How many refused requests an aborted connection counts as: its client can open another at once. */
const ABUSE_COST = 20;

/** The bytes that an address may hold for each of its connections: in unanswered requests, and in unread responses. */
const REQUEST_BYTES = 4 * 1024;
const UNREAD_BYTES = 8 * 1024;

/** How many probes of this node an address may send: a hundred a second. */
const PROBES: Allowance = { points: 1_000, seconds: 10 };

/** Limits each address before its visitors are known: bounds the work and memory that precede access control. */
export class AddressLimits {
  /** The most bytes that the unanswered requests of an address may take. */
  readonly requestBytes: number;
  /** The most bytes that the connections of an address may leave unread. */
  readonly unreadBytes: number;
  private readonly probes = new InMemoryRateLimiter(PROBES);
  private readonly handshakes: ConnectionLimiter;
  private readonly sockets: ConnectionLimiter;

  /**
   * @param rateLimits undefined if limits are off.
   * @param connections how many a visitor may have open at a time.
   */
  constructor(
    private readonly addresses: Addresses,
    private readonly rateLimits: RateLimits | undefined,
    connections: number,
  ) {
    // Streams up to the limit of an address, and as many short connections.
    const max = 2 * ADDRESS_FACTOR * connections;
    this.requestBytes = max * REQUEST_BYTES;
    this.unreadBytes = max * UNREAD_BYTES;
    this.handshakes = new InMemoryConnectionLimiter(max);
    this.sockets = new InMemoryConnectionLimiter(max);
  }

  /** Returns the address of a request that limits and bans apply to. */
  addressOf(request: IncomingMessage): string {
    return this.addresses.of(request);
  }

  /** Returns the address of a connection; undefined behind a trusted proxy, whose address all clients share. */
  addressOfConnection({ remoteAddress }: Socket): string | undefined {
    return this.addresses.isTrusted(remoteAddress) ? undefined : this.addresses.networkOf(remoteAddress);
  }

  /**
   * Counts a request with its body, before it is handled.
   * @throws {Refusal} `rate_limited` if its address has exhausted its reads, or too many of its requests were refused.
   */
  countRequest(request: IncomingMessage): void {
    if (!this.rateLimits) return;
    const { reads, refusals } = this.rateLimits;
    const address = this.addressOf(request);
    refuseIfExhausted(refusals.addresses, address, refusals.sentence);
    refuseIfExhausted(reads.addresses, address, reads.sentence);
    reads.addresses.count(address, 1 + readsFor(bodySize(request)));
  }

  /**
   * Counts a probe of `/livez` or `/readyz`, whatever else its address has requested: a balancer that shares its address
   * with clients can ask on.
   * @throws {Refusal} `rate_limited`
   */
  countProbe(request: IncomingMessage): void {
    if (this.rateLimits) consume(this.probes, this.addressOf(request), 'tooManyProbes');
  }

  /** Counts a refused request. */
  countRefusal(request: IncomingMessage): void {
    this.rateLimits?.refusals.addresses.count(this.addressOf(request));
  }

  /** Counts a connection that the server has aborted. */
  countAbuse(address: string): void {
    this.rateLimits?.refusals.addresses.count(address, ABUSE_COST);
  }

  /** Counts input that is no valid request. @returns false if the address is over its limit, and gets no response. */
  countClientError(socket: Socket): boolean {
    const address = this.addressOfConnection(socket);
    if (address === undefined || !this.rateLimits) return true;
    const isExhausted = this.rateLimits.refusals.addresses.retryAfter(address) > 0;
    this.rateLimits.refusals.addresses.count(address);
    return !isExhausted;
  }

  /**
   * Counts a connection that authenticates only after its handshake.
   * @returns the function that releases it; calling it again does nothing.
   * @throws {Refusal} `too_many_connections`
   */
  reserveHandshake(request: IncomingMessage): () => void {
    return reserve([this.handshakes, this.addressOf(request)]);
  }

  /**
   * Counts a TCP connection until it closes.
   * @returns false if its address has too many, or floods: reading its input would take time from other clients.
   */
  acceptSocket(socket: Socket): boolean {
    const address = this.addressOfConnection(socket);
    if (address === undefined) return true;
    if (this.sockets.isFull(address) || this.isFlooding(address)) return false;
    this.sockets.add(address);
    socket.on('close', () => this.sockets.remove(address));
    return true;
  }

  private isFlooding(address: string): boolean {
    return (this.rateLimits?.refusals.addresses.usage(address) ?? 0) >= FLOOD_FACTOR;
  }
}
