import type Database from 'better-sqlite3';
import { formatCursor } from '../../cursor';
import type { Appended, Conflict, Draft, Span, Store } from '../../store';
import type { Entry } from '../../wire';

/** How history is read; each is answered from an index, whatever the log's length. */
export const READS = {
  after: 'SELECT * FROM entries WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?',
  before: 'SELECT * FROM entries WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  first: 'SELECT seq FROM entries WHERE room = ? ORDER BY seq LIMIT 1',
  byId: 'SELECT * FROM entries WHERE room = ? AND id = ?',
  head: 'SELECT head, at FROM rooms WHERE name = ?',
} as const;

interface Row {
  room: string;
  seq: number;
  type: Entry['type'];
  id: string;
  visitor: string;
  username: string;
  body: string;
  at: number;
}

interface Head {
  head: number;
  at: number;
}

/** The log in SQLite. Its calls return when they are done, so a span is one moment of the database. */
export class SqliteLog implements Store {
  private readonly listeners: ((room: string) => void)[] = [];
  private readonly readAfter;
  private readonly readBefore;
  private readonly readFirst;
  private readonly readById;
  private readonly readHead;
  private readonly writeHead;
  private readonly insert;
  private readonly commit;

  /** @param epoch names the history that this database holds. */
  constructor(
    db: Database.Database,
    private readonly epoch: string,
  ) {
    this.readAfter = db.prepare<[string, number, number], Row>(READS.after);
    this.readBefore = db.prepare<[string, number, number], Row>(READS.before);
    this.readFirst = db.prepare<[string], number>(READS.first).pluck();
    this.readById = db.prepare<[string, string], Row>(READS.byId);
    this.readHead = db.prepare<[string], Head>(READS.head);
    this.writeHead = db.prepare<[string, number, number]>(
      `INSERT INTO rooms (name, head, at) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET head = excluded.head, at = excluded.at`,
    );
    this.insert = db.prepare<Row>(
      `INSERT INTO entries (room, seq, type, id, visitor, username, body, at)
       VALUES (@room, @seq, @type, @id, @visitor, @username, @body, @at)`,
    );
    this.commit = db.transaction((drafts: readonly Draft[], at: number) => this.write(drafts, at));
  }

  async append(drafts: readonly Draft[], at: Date): Promise<(Appended | Conflict)[]> {
    const { results, grown } = this.commit.immediate(drafts, at.getTime());
    for (const room of grown) this.listeners.forEach((ring) => ring(room));
    return results;
  }

  async after(room: string, seq: number, limit: number): Promise<Span> {
    return this.span(room, this.readAfter.all(room, seq, limit));
  }

  async before(room: string, seq: number, limit: number): Promise<Span> {
    return this.span(
      room,
      this.readBefore.all(room, Math.min(seq, Number.MAX_SAFE_INTEGER), limit).reverse(),
    );
  }

  onCommit(ring: (room: string) => void): void {
    this.listeners.push(ring);
  }

  private write(
    drafts: readonly Draft[],
    at: number,
  ): { results: (Appended | Conflict)[]; grown: Iterable<string> } {
    const heads = new Map<string, number>();
    const results = drafts.map(({ room, id, visitor, username, message }): Appended | Conflict => {
      const known = this.readById.get(room, id);
      if (known) return known.body === message ? { entry: this.entry(known), repeated: true } : 'conflict';
      const seq = (heads.get(room) ?? this.readHead.get(room)?.head ?? 0) + 1;
      const row: Row = { room, seq, type: 'new_message', id, visitor, username, body: message, at };
      this.insert.run(row);
      heads.set(room, seq);
      return { entry: this.entry(row), repeated: false };
    });
    heads.forEach((head, room) => this.writeHead.run(room, head, at));
    return { results, grown: heads.keys() };
  }

  private span(room: string, rows: Row[]): Span {
    const { head, at } = this.readHead.get(room) ?? { head: 0, at: 0 };
    const first = this.readFirst.get(room) ?? head + 1;
    return { epoch: this.epoch, earliest: first - 1, head, at, entries: rows.map((row) => this.entry(row)) };
  }

  private entry({ room, seq, type, id, visitor, username, body, at }: Row): Entry {
    const cursor = formatCursor(this.epoch, seq);
    return { type, cursor, seq, room, id, visitor, username, message: body, at: new Date(at).toISOString() };
  }
}
