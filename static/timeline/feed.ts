import type { Cursor, Entry, MessagePage, Reset } from '../../server/wire.js';
import { isCursorGone, isTemporary, refusalOf } from '../connection/api.js';
import { Backoff } from '../connection/backoff.js';
import { areOfDifferentHistories, parseCursor, type Position } from './cursor.js';

/**
 * Delivers a room's log in order and each entry once, from any number of transports.
 *
 * Only the entry right after the cursor moves it. Earlier entries are known and dropped; a later one shows that some
 * are missing, and those are read from the server before it is delivered.
 */
export class Feed {
  private position: Position;
  /** The latest position known to exist: beyond `position`, entries are missing. */
  private head: Position;
  /** Whether the server has another history, of which the newest page must be read. */
  private isStale = false;
  private catchingUp: Promise<void> | undefined;

  /**
   * @param current the cursor to begin after.
   * @param read returns the page after a cursor, or the newest page; throws `cursor_gone` for another history.
   * @param deliver is given new entries, in order and without holes.
   * @param replace is given the newest page of another history, in place of everything delivered before.
   */
  constructor(
    private current: Cursor,
    private readonly read: (after: Cursor | undefined) => Promise<MessagePage>,
    private readonly deliver: (entries: Entry[]) => void,
    private readonly replace: (page: MessagePage) => void,
  ) {
    this.position = this.head = parseCursor(current);
  }

  /** The cursor after which transports begin to read. */
  get cursor(): Cursor {
    return this.current;
  }

  /** Accepts an entry from a transport, which may be late, a duplicate, or early. */
  receive(entry: Entry): void {
    this.updateHead(parseCursor(entry.cursor));
    if (!this.isStale) this.accept([entry]);
    if (this.isBehind) void this.catchUp();
  }

  /** The server has answered that the cursor belongs to another history. */
  reset({ cursor, earliest }: Reset): void {
    this.head = parseCursor(cursor);
    // Each transport gets this answer; for later ones, the history may have been replaced already.
    const isKnown = !areOfDifferentHistories(this.head, this.position);
    const { seq } = this.position;
    if (!isKnown || seq > this.head.seq || seq < parseCursor(earliest).seq) this.isStale = true;
    // Otherwise, the answer to the next read shows whether this is the history that it knows.
    if (this.isBehind) void this.catchUp();
  }

  /** The log extends at least to this cursor. */
  noteHead(cursor: Cursor): void {
    this.updateHead(parseCursor(cursor));
    if (this.isBehind) void this.catchUp();
  }

  /** Reads on until no entry is missing, and retries until that succeeds or the server refuses. */
  catchUp(): Promise<void> {
    return (this.catchingUp ??= this.readOn());
  }

  /**
   * Asks the server once for further entries, and delivers them; resolves with whether there were any.
   * @throws {ApiError} if the server can't be reached.
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

  private updateHead(position: Position): void {
    if (areOfDifferentHistories(position, this.position)) this.isStale = true;
    else if (position.epoch === this.head.epoch && position.seq <= this.head.seq) return;
    this.head = position;
  }

  private async readOn(): Promise<void> {
    const backoff = new Backoff();
    let isRefused = false;
    do {
      const hasMoved = await this.fetchNext().catch((error: unknown) => {
        if (isCursorGone(error)) this.isStale = true;
        const refusal = refusalOf(error);
        isRefused = refusal !== undefined && !isTemporary(refusal);
        return false;
      });
      // The next connection will deliver the missing entries.
      if (isRefused) break;
      if (hasMoved) backoff.reset();
      else if (this.isBehind) await new Promise((resolve) => setTimeout(resolve, backoff.next()));
    } while (this.isBehind);
    this.catchingUp = undefined;
  }

  /** Reads one page; resolves with whether it held new entries. */
  private async fetchNext(): Promise<boolean> {
    if (this.isStale) {
      const page = await this.read(undefined);
      this.isStale = false;
      this.moveTo(page.cursor);
      this.replace(page);
      return true;
    }
    const before = this.position;
    const page = await this.read(this.current);
    const hasMoved = !this.isStale && this.accept(page.messages);
    // The server has later entries but not the next one, so this is not its history.
    if (this.position === before && this.isBehind) this.isStale = true;
    return hasMoved;
  }

  /** Delivers the entries that follow the cursor; returns whether there were any. */
  private accept(entries: Entry[]): boolean {
    const following: Entry[] = [];
    for (const entry of entries) {
      const { epoch, seq } = parseCursor(entry.cursor);
      if (epoch !== this.position.epoch || seq !== this.position.seq + 1) continue;
      this.moveTo(entry.cursor);
      following.push(entry);
    }
    if (following.length > 0) this.deliver(following);
    return following.length > 0;
  }

  private moveTo(cursor: Cursor): void {
    this.current = cursor;
    this.position = parseCursor(cursor);
  }
}
