import type Database from 'better-sqlite3';
import type { AppendResult, Conflict, Deletion, Draft, LogSlice, Store } from '../../log/store';
import type { Entry } from '../../wire';
import { BY_ID, type NewRow } from './append';
import { entryOf, type Row } from './row';
import type { Writer } from './writer';

/** How history is read; each is answered from an index, whatever the log's length. */
export const READS = {
  after: 'SELECT * FROM entries WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?',
  before: 'SELECT * FROM entries WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  messagesBefore: `SELECT * FROM entries INDEXED BY messages
    WHERE room = ? AND seq < ? AND type = 'new_message' ORDER BY seq DESC LIMIT ?`,
  newestMessages: `SELECT seq FROM entries INDEXED BY messages
    WHERE room = ? AND type = 'new_message' ORDER BY seq DESC LIMIT ?`,
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
  private readonly readAfter;
  private readonly readBefore;
  private readonly readMessagesBefore;
  private readonly readNewestMessages;
  private readonly readById;
  private readonly readFirst;
  private readonly readHead;
  /** Reads a span in one transaction: it is one moment of the database, whatever is committed meanwhile. */
  private readonly readInTransaction;

  /** @param epoch names the history that this database holds. */
  constructor(
    db: Database.Database,
    private readonly writer: Writer,
    private readonly epoch: string,
  ) {
    this.readAfter = db.prepare<[string, number, number], Row>(READS.after);
    this.readBefore = db.prepare<[string, number, number], Row>(READS.before);
    this.readMessagesBefore = db.prepare<[string, number, number], Row>(READS.messagesBefore);
    this.readNewestMessages = db.prepare<[string, number], number>(READS.newestMessages).pluck();
    this.readById = db.prepare<[string, string], Row>(BY_ID);
    this.readFirst = db.prepare<[string], number>(READS.first).pluck();
    this.readHead = db.prepare<[string], Head>(READS.head);
    this.readInTransaction = db.transaction((room: string, read: (first: number, head: number) => Row[]) =>
      this.readSpan(room, read),
    );
  }

  async append(drafts: readonly (Draft | Deletion)[], at: Date): Promise<(AppendResult | Conflict)[]> {
    const told = drafts.map(newRowOf);
    const outcomes = await this.writer.append(told, at.getTime());
    const grown = new Set<string>();
    const results = outcomes.map((outcome, i): AppendResult | Conflict => {
      if (typeof outcome === 'string') return outcome;
      if (typeof outcome === 'object') return { entry: entryOf(outcome, this.epoch), repeated: true };
      const [room, id, visitor, username, type, body] = told[i]!;
      grown.add(room);
      const row: Row = { room, seq: outcome, type, id, visitor, username, body, at: at.getTime() };
      return { entry: entryOf(row, this.epoch), repeated: false };
    });
    for (const room of grown) this.listeners.forEach((ring) => ring(room));
    return results;
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

  async messagesBefore(room: string, seq: number, limit: number): Promise<LogSlice> {
    return this.readInTransaction(room, () =>
      this.readMessagesBefore.all(room, bounded(seq), limit).reverse(),
    );
  }

  async firstOfNewest(room: string, count: number): Promise<number | undefined> {
    return this.readNewestMessages.all(room, count).at(-1);
  }

  async find(room: string, id: string): Promise<Entry | undefined> {
    const row = this.readById.get(room, id);
    return row && entryOf(row, this.epoch);
  }

  onCommit(ring: (room: string) => void): void {
    this.listeners.push(ring);
  }

  private readSpan(room: string, read: (first: number, head: number) => Row[]): LogSlice {
    const { head, at } = this.readHead.get(room) ?? { head: 0, at: 0 };
    const first = this.readFirst.get(room) ?? head + 1;
    const entries = read(first, head).map((row) => entryOf(row, this.epoch));
    return { epoch: this.epoch, earliest: first - 1, head, at, entries };
  }
}

/** A seq as SQLite can take it: it knows no integer beyond 64 bits, and no infinity. */
function bounded(seq: number): number {
  return Math.min(seq, Number.MAX_SAFE_INTEGER);
}

function newRowOf(draft: Draft | Deletion): NewRow {
  const { room, id, visitor, username } = draft;
  if (!('target' in draft)) return [room, id, visitor, username, 'new_message', draft.message, '', []];
  const { target, detail, roles = [] } = draft;
  return [room, id, visitor, username, 'delete_message', target, detail, roles];
}

/**
 * Returns the rows, if they are those from one seq to another.
 * @throws {Error} if one is missing: its page is damaged, and readers must not go on as if it had never been there.
 */
function withoutGaps(rows: Row[], from: number, to: number): Row[] {
  const missing = rows.findIndex(({ seq }, i) => seq !== from + i);
  if (missing >= 0 || rows.length < to - from + 1) {
    const seq = from + (missing < 0 ? rows.length : missing);
    throw new Error(`The database is damaged: entry ${seq} of a room can't be found. Restore a backup.`);
  }
  return rows;
}
