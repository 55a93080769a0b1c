import type { Cursor, Entry, MessagePage, Reset } from '../../server/wire.js';
import { isCursorGone, isTemporary, refusalOf } from '../connection/api.js';
import { Backoff } from '../connection/backoff.js';

interface Position {
  epoch: string;
  seq: number;
}

/**
 * Reads a room's log in order, each entry once, whichever transport brings it.
 *
 * The cursor moves in one way only: by the entry right after it. What is before it is known already; what lies
 * further on shows that there is a hole, and the hole is read from the server before anything later is shown.
 */
export class Feed {
  private position: Position;
  /** The furthest place heard of; beyond `at`, something is missing. */
  private head: Position;
  /** This history is not the server's any more: read the newest anew. */
  private isStale = false;
  private catchingUp: Promise<void> | undefined;

  /**
   * @param read one page of the log, after a cursor or the newest; a cursor that is not of this history throws `cursor_gone`.
   * @param deliver is given what is new, in order and without holes.
   * @param restart is given the newest page of another history, in place of all that was delivered.
   */
  constructor(
    private current: Cursor,
    private readonly read: (after: Cursor | undefined) => Promise<MessagePage>,
    private readonly deliver: (entries: Entry[]) => void,
    private readonly restart: (page: MessagePage) => void,
  ) {
    this.position = this.head = parse(current);
  }

  /** Where reading goes on: what any transport is to begin after. */
  get cursor(): Cursor {
    return this.current;
  }

  /** Takes in what a transport brings: late, twice or too early. */
  receive(entry: Entry): void {
    const place = parse(entry.cursor);
    if (place.epoch !== this.position.epoch) {
      this.head = place;
      this.isStale = true;
    } else if (place.seq > this.head.seq || this.head.epoch !== place.epoch) {
      this.head = place;
    }
    if (!this.isStale) this.accept([entry]);
    if (this.isBehind) void this.catchUp();
  }

  /** The server says that a cursor was not of its history. */
  reset(reset: Reset): void {
    this.head = parse(reset.cursor);
    // The same answer comes once for each connection; by then the history may be the right one already.
    const known = this.head.epoch === this.position.epoch;
    if (!known || this.position.seq > this.head.seq || this.position.seq < parse(reset.earliest).seq)
      this.isStale = true;
    if (this.isBehind) void this.catchUp();
  }

  /** Somebody heard of the log up to here. */
  noteHead(cursor: Cursor): void {
    const place = parse(cursor);
    if (place.epoch !== this.position.epoch) this.isStale = true;
    else if (place.seq <= this.head.seq && this.head.epoch === place.epoch) return;
    this.head = place;
    if (this.isBehind) void this.catchUp();
  }

  /** Reads on from the cursor until nothing is missing; tries until it can. */
  catchUp(): Promise<void> {
    return (this.catchingUp ??= this.readOn());
  }

  /**
   * Asks once whether there is more than was heard, and takes it in.
   * @throws {ApiError} if the server can't be asked.
   */
  async checkForMore(): Promise<boolean> {
    if (this.catchingUp) return this.catchingUp.then(() => false);
    return this.fetchNext().catch(async (error: unknown) => {
      if (!isCursorGone(error)) throw error;
      this.isStale = true;
      await this.catchUp();
      return true;
    });
  }

  private get isBehind(): boolean {
    return this.isStale || (this.head.epoch === this.position.epoch && this.head.seq > this.position.seq);
  }

  private async readOn(): Promise<void> {
    const backoff = new Backoff();
    let refused = false;
    do {
      const moved = await this.fetchNext().catch((error: unknown) => {
        if (isCursorGone(error)) this.isStale = true;
        const why = refusalOf(error);
        refused = why !== undefined && !isTemporary(why);
        return false;
      });
      // Who is not let in asks no more: what is missing comes with the next connection.
      if (refused) break;
      if (moved) backoff.reset();
      else if (this.isBehind) await new Promise((wake) => setTimeout(wake, backoff.next()));
    } while (this.isBehind);
    this.catchingUp = undefined;
  }

  /** Reads one page; says whether it held anything new. */
  private async fetchNext(): Promise<boolean> {
    if (this.isStale) {
      const page = await this.read(undefined);
      this.isStale = false;
      this.moveTo(page.cursor);
      this.restart(page);
      return true;
    }
    const from = this.position;
    const page = await this.read(this.current);
    const moved = !this.isStale && this.accept(page.messages);
    // The server has later entries but not the next one: what we hold is not its history.
    if (this.position === from && this.isBehind) this.isStale = true;
    return moved;
  }

  private accept(entries: Entry[]): boolean {
    const next: Entry[] = [];
    for (const entry of entries) {
      const place = parse(entry.cursor);
      if (place.epoch !== this.position.epoch || place.seq !== this.position.seq + 1) continue;
      this.moveTo(entry.cursor);
      next.push(entry);
    }
    if (next.length > 0) this.deliver(next);
    return next.length > 0;
  }

  private moveTo(cursor: Cursor): void {
    this.current = cursor;
    this.position = parse(cursor);
  }
}

function parse(cursor: Cursor): Position {
  const colon = cursor.lastIndexOf(':');
  return { epoch: cursor.slice(0, colon), seq: Number(cursor.slice(colon + 1)) };
}

/** The place of a cursor in its room's count. */
export function seqOf(cursor: Cursor): number {
  return parse(cursor).seq;
}

/** Whether two cursors are of the same history. */
export function sameHistory(one: Cursor, other: Cursor): boolean {
  return parse(one).epoch === parse(other).epoch;
}
