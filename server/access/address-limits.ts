import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Addresses } from '../identity/address';
import { bodySize } from './body-size';
import { InMemoryConnectionLimiter, reserve, type ConnectionLimiter } from './connection-limiter';
import { refuseIfSpent } from './rate-limiter';
import { ADDRESS_FACTOR, FLOOD_FACTOR, readsFor, type RateLimits } from './rate-limits';

/** A connection that had to be cut off counts as this many refused requests: another is opened soon. */
const ABUSE_COST = 20;

/** What an address may hold in memory for each connection that it may have open, in bytes: in requests and in answers. */
const REQUEST_BYTES = 4 * 1024;
const UNREAD_BYTES = 8 * 1024;

/**
 * What an address may ask for before it is known who asks: it bounds the work of everything that comes before access
 * control.
 */
export class AddressLimits {
  /** How many bytes the requests of an address may hold until they are answered. */
  readonly requestBytes: number;
  /** How many bytes the connections of an address may leave unread. */
  readonly unreadBytes: number;
  private readonly handshakes: ConnectionLimiter;
  private readonly sockets: ConnectionLimiter;

  /**
   * @param rates nothing where there are no limits.
   * @param connections how many a visitor may have open at a time.
   */
  constructor(
    private readonly addresses: Addresses,
    private readonly rates: RateLimits | undefined,
    connections: number,
  ) {
    // The streams of an address, and as many connections that come and go.
    const most = 2 * ADDRESS_FACTOR * connections;
    this.requestBytes = most * REQUEST_BYTES;
    this.unreadBytes = most * UNREAD_BYTES;
    this.handshakes = new InMemoryConnectionLimiter(most);
    this.sockets = new InMemoryConnectionLimiter(most);
  }

  /** Returns where a request comes from, as limits and bans know it. */
  addressOf(request: IncomingMessage): string {
    return this.addresses.of(request);
  }

  /** Returns where a connection comes from; nothing if only a trusted proxy, which is everybody's, is known. */
  addressOfConnection({ remoteAddress }: Socket): string | undefined {
    return this.addresses.trusted(remoteAddress) ? undefined : this.addresses.network(remoteAddress);
  }

  /**
   * Counts a request with its body, before anything is done for it.
   * @throws {Refusal} `rate_limited` if its address has spent its reads, or too many of its requests were refused.
   */
  countRequest(request: IncomingMessage): void {
    if (!this.rates) return;
    const { reads, refusals } = this.rates;
    const address = this.addressOf(request);
    refuseIfSpent(refusals.addresses, address, refusals.sentence);
    refuseIfSpent(reads.addresses, address, reads.sentence);
    reads.addresses.count(address, 1 + readsFor(bodySize(request)));
  }

  /** Counts a refused request. */
  countRefusal(request: IncomingMessage): void {
    this.rates?.refusals.addresses.count(this.addressOf(request));
  }

  /** Counts a connection that had to be cut off. */
  countAbuse(address: string): void {
    this.rates?.refusals.addresses.count(address, ABUSE_COST);
  }

  /** Counts input that could not be read as a request. @returns whether the address is still worth an answer. */
  countClientError(socket: Socket): boolean {
    const address = this.addressOfConnection(socket);
    if (address === undefined || !this.rates) return true;
    const isSpent = this.rates.refusals.addresses.retryAfter(address) > 0;
    this.rates.refusals.addresses.count(address);
    return !isSpent;
  }

  /**
   * Counts a handshake that says only later who it is.
   * @returns the function that releases it; calling it again does nothing.
   * @throws {Refusal} `too_many_connections`
   */
  reserveHandshake(request: IncomingMessage): () => void {
    return reserve([this.handshakes, this.addressOf(request)]);
  }

  /**
   * Counts a TCP connection until it closes.
   * @returns false if its address has too many, or floods: reading what it sends would take time from everybody else.
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
    return (this.rates?.refusals.addresses.timesUsed(address) ?? 0) >= FLOOD_FACTOR;
  }
}
