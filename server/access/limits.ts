import { Refusal } from '../refusal';
import { ConnectionLimit } from './connection-limit';
import { RateLimit, refuseIfSpent, spend, type Allowance } from './rate-limit';

/** What is allowed only so often. */
export type Limited = 'messages' | 'names' | 'contacts' | 'signIns' | 'reads' | 'refusals';

/** How often things may be done. */
export interface LimitSettings extends Record<Limited, Allowance> {
  /** How many connections may be open at a time. */
  connections: number;
}

/** Who does it. */
export interface Subject {
  id: string;
  address: string;
}

/** Behind one address there may be a whole class: it may do so many times what one visitor may. */
export const ADDRESS_FACTOR = 10;

/** What is received costs time by its size: a request or frame is one read more for so many bytes. */
const BYTES_PER_READ = 4 * 1024;

/** How many refused requests a connection counts for that had to be cut off: a new one is soon made. */
const ABUSE = 20;

/** How many times over somebody has spent an allowance who floods. */
const FLOOD = 2;

/** What the requests of an address may hold for each connection that it may have open, in bytes. */
const HELD = 4 * 1024;
/** What they may leave unread, likewise. */
const UNREAD = 8 * 1024;

const WORDS: Record<Limited, string> = {
  messages: 'You are writing faster than this chat allows',
  names: 'You have changed your name too often',
  contacts: 'You have changed contacts too often',
  signIns: 'There were too many attempts to sign in',
  reads: 'You are asking for more than this chat allows',
  refusals: 'Too many of your requests were refused',
};

/** The allowance of each visitor, and that of each address. */
interface Pair {
  visitors: RateLimit;
  addresses: RateLimit;
}

/** The allowances of each visitor and each address, the same across all transports. */
export class Limits {
  private readonly limiters: Record<Limited, Pair> | undefined;
  /** Connections that are open. */
  private readonly visitors: ConnectionLimit;
  private readonly addresses: ConnectionLimit;
  /** What is open from an address, whoever it is. */
  private readonly handshakes: ConnectionLimit;
  /** How much an address may have open before it is asked who it is: its streams, and as much that comes and goes. */
  readonly connectionsPerAddress: number;
  /** How many bytes the requests of an address may hold until they are answered. */
  readonly requestBytes: number;
  /** How many bytes the connections of an address may leave unread. */
  readonly unreadBytes: number;

  /** @param settings nothing where there are no limits. */
  constructor(settings: LimitSettings | undefined) {
    this.limiters = settings && {
      messages: pair(settings.messages),
      names: pair(settings.names),
      contacts: pair(settings.contacts),
      signIns: pair(settings.signIns),
      reads: pair(settings.reads),
      refusals: pair(settings.refusals),
    };
    const most = settings?.connections ?? Infinity;
    this.connectionsPerAddress = 2 * ADDRESS_FACTOR * most;
    this.requestBytes = this.connectionsPerAddress * HELD;
    this.unreadBytes = this.connectionsPerAddress * UNREAD;
    this.visitors = new ConnectionLimit(most);
    this.addresses = new ConnectionLimit(ADDRESS_FACTOR * most);
    this.handshakes = new ConnectionLimit(this.connectionsPerAddress);
  }

  /**
   * Takes one from the allowances for something: of the address first, and of neither if one of them is spent. So
   * whoever is over the limit takes nothing away from others.
   * @throws {Refusal} 429, with when to try again, if nothing is left of one of them.
   */
  take(what: Limited, doer: Subject): void {
    this.check(what, doer);
    this.count(what, doer, 1);
  }

  /**
   * Takes one read from the allowance of a visitor alone: that of the address was counted by {@link countRequest}.
   * @throws {Refusal} 429 likewise.
   */
  takeRead({ id }: Subject): void {
    if (this.limiters) spend(this.limiters.reads.visitors, id, WORDS.reads);
  }

  /** Counts what turned out to cost more, whether or not anything is left. */
  count(what: Limited, { id, address }: Subject, points: number): void {
    this.limiters?.[what].addresses.count(address, points);
    this.limiters?.[what].visitors.count(id, points);
  }

  /** Takes one from the allowances for something. @returns false if nothing is left of one of them. */
  tryTake(what: Limited, doer: Subject): boolean {
    const pair = this.limiters?.[what];
    const isSpent =
      pair && Math.max(pair.addresses.retryAfter(doer.address), pair.visitors.retryAfter(doer.id)) > 0;
    if (!isSpent) this.take(what, doer);
    return !isSpent;
  }

  /**
   * Counts a frame by its size, before it is parsed; a small one costs nothing but what it asks for. Replays spend the
   * reads as well: a large frame may be more than is left.
   * @param size in bytes.
   * @throws {Refusal} 429 if it is large, and the reads were spent twice over.
   */
  countFrame(size: number, doer: Subject): void {
    if (!this.limiters || size < BYTES_PER_READ) return;
    const { visitors, addresses } = this.limiters.reads;
    if (Math.max(addresses.timesUsed(doer.address), visitors.timesUsed(doer.id)) >= FLOOD)
      this.check('reads', doer);
    this.count('reads', doer, Math.floor(size / BYTES_PER_READ));
  }

  /**
   * Counts a request by its address alone, before anything is done for it.
   * @param size of its body, in bytes.
   * @throws {Refusal} 429 if the address has spent its reads, or what may be refused to it.
   */
  countRequest(address: string, size: number): void {
    if (!this.limiters) return;
    const { reads, refusals } = this.limiters;
    refuseIfSpent(refusals.addresses, address, WORDS.refusals);
    refuseIfSpent(reads.addresses, address, WORDS.reads);
    reads.addresses.count(address, 1 + Math.floor(size / BYTES_PER_READ));
  }

  /** Counts a refused request; of a connection, by its visitor as well. */
  countRefusal(address: string, id?: string): void {
    this.limiters?.refusals.addresses.count(address);
    if (id !== undefined) this.limiters?.refusals.visitors.count(id);
  }

  /** Counts a connection of an address that had to be cut off. */
  countAbuse(address: string): void {
    this.limiters?.refusals.addresses.count(address, ABUSE);
  }

  /** Whether so much of an address was refused that its connections are not worth an answer. */
  isFlooding(address: string): boolean {
    return (this.limiters?.refusals.addresses.timesUsed(address) ?? 0) >= FLOOD;
  }

  /** Counts a refused request. @returns whether the address had any left. */
  countClientError(address: string): boolean {
    const wait = this.limiters?.refusals.addresses.retryAfter(address) ?? 0;
    this.countRefusal(address);
    return wait === 0;
  }

  /** @throws {Refusal} 429 if too many requests of a visitor, or of the address, were refused. */
  checkRefusals(doer: Subject): void {
    this.check('refusals', doer);
  }

  /**
   * Counts a connection from the moment it is allowed, so that connections opened in parallel can't exceed the limit.
   * @returns the function that releases it; calling it again does nothing.
   * @throws {Refusal} 429 if as many as are allowed are open.
   */
  reserve({ id, address }: Subject): () => void {
    if (this.visitors.isFull(id) || this.addresses.isFull(address)) throw tooMany();
    this.visitors.add(id);
    this.addresses.add(address);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.visitors.remove(id);
      this.addresses.remove(address);
    };
  }

  /**
   * The same for a handshake that tells only later who it is.
   * @throws {Refusal} 429 likewise.
   */
  reserveHandshake(address: string): () => void {
    if (this.handshakes.isFull(address)) throw tooMany();
    this.handshakes.add(address);
    let open = true;
    return () => {
      if (open) this.handshakes.remove(address);
      open = false;
    };
  }

  /** @throws {Refusal} 429, with when to try again, if one of the allowances is spent. */
  private check(what: Limited, { id, address }: Subject): void {
    if (!this.limiters) return;
    const { visitors, addresses } = this.limiters[what];
    refuseIfSpent(addresses, address, WORDS[what]);
    refuseIfSpent(visitors, id, WORDS[what]);
  }
}

function tooMany(): Refusal {
  return new Refusal(
    'too_many_connections',
    'Too many connections are open from here. Close some, and try again.',
    10,
  );
}

function pair({ points, seconds }: Allowance): Pair {
  return {
    visitors: new RateLimit({ points, seconds }),
    addresses: new RateLimit({ points: points * ADDRESS_FACTOR, seconds }),
  };
}
