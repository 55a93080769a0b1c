import type { Cursor, Entry, MessagePage, Reset } from '../../server/wire.js';
import { isCursorGone, isTemporary, refusalOf } from '../connection/api.js';
import { Backoff } from '../connection/backoff.js';

interface Place {
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
  private at: Place;
  /** The furthest place heard of; beyond `at`, something is missing. */
  private heard: Place;
  /** This history is not the server's any more: read the newest anew. */
  private stale = false;
  private mending: Promise<void> | undefined;

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
    this.at = this.heard = parse(current);
  }

  /** Where reading goes on: what any transport is to begin after. */
  get cursor(): Cursor {
    return this.current;
  }

  /** Takes in what a transport brings: late, twice or too early. */
  hear(entry: Entry): void {
    const place = parse(entry.cursor);
    if (place.epoch !== this.at.epoch) {
      this.heard = place;
      this.stale = true;
    } else if (place.seq > this.heard.seq || this.heard.epoch !== place.epoch) {
      this.heard = place;
    }
    if (!this.stale) this.take([entry]);
    if (this.behind) void this.catchUp();
  }

  /** The server says that a cursor was not of its history. */
  reset(reset: Reset): void {
    this.heard = parse(reset.cursor);
    // The same answer comes once for each connection; by then the history may be the right one already.
    const known = this.heard.epoch === this.at.epoch;
    if (!known || this.at.seq > this.heard.seq || this.at.seq < parse(reset.earliest).seq) this.stale = true;
    if (this.behind) void this.catchUp();
  }

  /** Somebody heard of the log up to here. */
  reached(cursor: Cursor): void {
    const place = parse(cursor);
    if (place.epoch !== this.at.epoch) this.stale = true;
    else if (place.seq <= this.heard.seq && this.heard.epoch === place.epoch) return;
    this.heard = place;
    if (this.behind) void this.catchUp();
  }

  /** Reads on from the cursor until nothing is missing; tries until it can. */
  catchUp(): Promise<void> {
    return (this.mending ??= this.readOn());
  }

  /**
   * Asks once whether there is more than was heard, and takes it in.
   * @throws {ApiError} if the server can't be asked.
   */
  async check(): Promise<boolean> {
    if (this.mending) return this.mending.then(() => false);
    return this.mend().catch(async (error: unknown) => {
      if (!isCursorGone(error)) throw error;
      this.stale = true;
      await this.catchUp();
      return true;
    });
  }

  private get behind(): boolean {
    return this.stale || (this.heard.epoch === this.at.epoch && this.heard.seq > this.at.seq);
  }

  private async readOn(): Promise<void> {
    const backoff = new Backoff();
    let refused = false;
    do {
      const moved = await this.mend().catch((error: unknown) => {
        if (isCursorGone(error)) this.stale = true;
        const why = refusalOf(error);
        refused = why !== undefined && !isTemporary(why);
        return false;
      });
      // Who is not let in asks no more: what is missing comes with the next connection.
      if (refused) break;
      if (moved) backoff.reset();
      else if (this.behind) await new Promise((wake) => setTimeout(wake, backoff.next()));
    } while (this.behind);
    this.mending = undefined;
  }

  /** Reads one page; says whether it held anything new. */
  private async mend(): Promise<boolean> {
    if (this.stale) {
      const page = await this.read(undefined);
      this.stale = false;
      this.move(page.cursor);
      this.restart(page);
      return true;
    }
    const from = this.at;
    const page = await this.read(this.current);
    const moved = !this.stale && this.take(page.messages);
    // The server has later entries but not the next one: what we hold is not its history.
    if (this.at === from && this.behind) this.stale = true;
    return moved;
  }

  private take(entries: Entry[]): boolean {
    const next: Entry[] = [];
    for (const entry of entries) {
      const place = parse(entry.cursor);
      if (place.epoch !== this.at.epoch || place.seq !== this.at.seq + 1) continue;
      this.move(entry.cursor);
      next.push(entry);
    }
    if (next.length > 0) this.deliver(next);
    return next.length > 0;
  }

  private move(cursor: Cursor): void {
    this.current = cursor;
    this.at = parse(cursor);
  }
}

function parse(cursor: Cursor): Place {
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
