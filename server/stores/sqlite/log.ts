import type Database from 'better-sqlite3';
import { formatCursor } from '../../log/cursor';
import { entryOf } from '../../log/entry';
import type { AppendResult, Conflict, Draft, LogHead, LogSlice, Store } from '../../log/store';
import type { Entry } from '../../wire';
import { BY_ID, type NewRow } from './append';
import { COLUMNS, entryOfRow, type Row } from './row';
import type { Writer } from './writer';

/** The queries of history. Each uses an index, so its cost does not depend on the log's length. */
export const READS = {
  after: `SELECT ${COLUMNS} FROM entries WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`,
  before: `SELECT ${COLUMNS} FROM entries WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  historyBefore: `SELECT ${COLUMNS} FROM entries INDEXED BY history
    WHERE room = ? AND seq < ? AND in_history = 1 ORDER BY seq DESC LIMIT ?`,
  newestHistory: `SELECT seq FROM entries INDEXED BY history
    WHERE room = ? AND in_history = 1 ORDER BY seq DESC LIMIT ?`,
  first: 'SELECT seq FROM entries WHERE room = ? ORDER BY seq LIMIT 1',
  head: 'SELECT head, at FROM rooms WHERE name = ?',
} as const;

interface Head {
  head: number;
  at: number;
}

/** The log in SQLite. */
export class SqliteLog implements Store {
  private readonly listeners: ((room: string) => void)[] = [];
  private readonly readRooms;
  private readonly readAfter;
  private readonly readBefore;
  private readonly readHistoryBefore;
  private readonly readNewestHistory;
  private readonly readById;
  private readonly readFirst;
  private readonly readHead;
  /** Reads a slice in one transaction, so that it is consistent. */
  private readonly readInTransaction;

  /** @param epoch the name of this database's history. */
  constructor(
    db: Database.Database,
    private readonly writer: Writer,
    private readonly epoch: string,
  ) {
    this.readRooms = db.prepare<[], string>('SELECT name FROM rooms ORDER BY name').pluck();
    this.readAfter = db.prepare<[string, number, number], Row>(READS.after);
    this.readBefore = db.prepare<[string, number, number], Row>(READS.before);
    this.readHistoryBefore = db.prepare<[string, number, number], Row>(READS.historyBefore);
    this.readNewestHistory = db.prepare<[string, number], number>(READS.newestHistory).pluck();
    this.readById = db.prepare<[string, string], Row>(BY_ID);
    this.readFirst = db.prepare<[string], number>(READS.first).pluck();
    this.readHead = db.prepare<[string], Head>(READS.head);
    this.readInTransaction = db.transaction((room: string, read: (first: number, head: number) => Row[]) =>
      this.readSpan(room, read),
    );
  }

  async append(drafts: readonly Draft[], at: Date): Promise<(AppendResult | Conflict)[]> {
    const outcomes = await this.writer.append(drafts.map(newRowOf), at.getTime());
    const grown = new Set<string>();
    const time = at.toISOString();
    const results = outcomes.map((outcome, i): AppendResult | Conflict => {
      if (typeof outcome === 'string') return outcome;
      if ('body' in outcome) return { entry: entryOfRow(outcome, this.epoch), repeated: true };
      const { type, body, room, id, visitor, username } = drafts[i]!;
      grown.add(room);
      const { seq } = outcome;
      const cursor = formatCursor(this.epoch, seq);
      const head = { cursor, seq, room, id, visitor, username, at: time };
      return { entry: entryOf(type, head, body), repeated: false };
    });
    for (const room of grown) this.listeners.forEach((ring) => ring(room));
    return results;
  }

  async rooms(): Promise<string[]> {
    return this.readRooms.all();
  }

  async head(room: string): Promise<LogHead> {
    return this.readInTransaction(room, () => []);
  }

  async after(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.readInTransaction(room, (first, head) => {
      const from = Math.max(seq + 1, first);
      return withoutGaps(this.readAfter.all(room, seq, limit), from, Math.min(from + limit - 1, head));
    });
  }

  async before(room: string, seq: number, limit: number): Promise<LogSlice> {
    const end = bounded(seq);
    return this.readInTransaction(room, (first, head) => {
      const to = Math.min(end - 1, head);
      return withoutGaps(
        this.readBefore.all(room, end, limit).reverse(),
        Math.max(to - limit + 1, first),
        to,
      );
    });
  }

  async historyBefore(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.readInTransaction(room, () =>
      this.readHistoryBefore.all(room, bounded(seq), limit).reverse(),
    );
  }

  async firstOfNewest(room: string, count: number): Promise<number | undefined> {
    return this.readNewestHistory.all(room, count).at(-1);
  }

  async find(room: string, id: string): Promise<Entry | undefined> {
    const row = this.readById.get(room, id);
    return row && entryOfRow(row, this.epoch);
  }

  onCommit(ring: (room: string) => void): void {
    this.listeners.push(ring);
  }

  private readSpan(room: string, read: (first: number, head: number) => Row[]): LogSlice {
    const { head, at } = this.readHead.get(room) ?? { head: 0, at: 0 };
    const first = this.readFirst.get(room) ?? head + 1;
    const entries = read(first, head).map((row) => entryOfRow(row, this.epoch));
    return { epoch: this.epoch, earliest: first - 1, head, at, entries };
  }
}

/** Clamps a seq to what SQLite accepts: integers of 64 bits, without infinity. */
function bounded(seq: number): number {
  return Math.min(seq, Number.MAX_SAFE_INTEGER);
}

function newRowOf({ room, id, visitor, username, type, body, requires }: Draft): NewRow {
  const row = [room, id, visitor, username, type, JSON.stringify(body)] as const;
  return requires ? [...row, requires] : row;
}

/**
 * Returns the rows, checked to be those from one seq to another without gaps.
 * @throws {Error} if one is missing: its page is damaged, and readers must not skip it unnoticed.
 */
function withoutGaps(rows: Row[], from: number, to: number): Row[] {
  const missing = rows.findIndex(({ seq }, i) => seq !== from + i);
  if (missing >= 0 || rows.length < to - from + 1) {
    const seq = from + (missing < 0 ? rows.length : missing);
    throw new Error(`The database is damaged: entry ${seq} of a room can't be found. Restore a backup.`);
  }
  return rows;
}
