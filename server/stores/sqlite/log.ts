import type Database from 'better-sqlite3';
import { shorten, startOfChain } from '../../log/chain';
import type { Position } from '../../log/cursor';
import {
  UNREAD_MAX,
  type AppendResult,
  type Conflict,
  type Draft,
  type LogHead,
  type LogSlice,
  type Overview,
  type Store,
} from '../../log/store';
import type { Entry } from '../../wire';
import { bounded, entryOfDraft, entryOfRow, withoutGaps, type Row } from '../stored-entry';
import { BY_ID, type NewRow } from './append';
import { COLUMNS, SHORT_HASH } from './columns';
import { reading } from './unavailable';
import type { Writer } from './writer';

/** The queries of history. Each uses an index, so its cost does not depend on the log's length. */
export const READS = {
  after: `SELECT ${COLUMNS} FROM entries WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`,
  before: `SELECT ${COLUMNS} FROM entries WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  historyBefore: `SELECT ${COLUMNS} FROM entries INDEXED BY history
    WHERE room = ? AND seq < ? AND in_history = 1 ORDER BY seq DESC LIMIT ?`,
  newestHistory: `SELECT seq FROM entries INDEXED BY history
    WHERE room = ? AND in_history = 1 ORDER BY seq DESC LIMIT ?`,
  unread: `SELECT count(*) FROM (
    SELECT visitor FROM entries INDEXED BY history
    WHERE room = ? AND seq > ? AND in_history = 1 ORDER BY seq DESC LIMIT ${UNREAD_MAX}) WHERE visitor <> ?`,
  first: 'SELECT seq FROM entries WHERE room = ? ORDER BY seq LIMIT 1',
  head: `SELECT head, at, ${SHORT_HASH} AS hash FROM rooms WHERE name = ?`,
  hash: `SELECT ${SHORT_HASH} FROM entries WHERE room = ? AND seq = ?`,
} as const;

type Head = Pick<LogHead, 'head' | 'at' | 'hash'>;

/** The log in SQLite. */
export class SqliteLog implements Store {
  private readonly listeners: ((room: string) => void)[] = [];
  private readonly readRooms;
  private readonly readAfter;
  private readonly readBefore;
  private readonly readHistoryBefore;
  private readonly readNewestHistory;
  private readonly readUnread;
  private readonly readById;
  private readonly readFirst;
  private readonly readHead;
  private readonly readHash;
  /** Reads overviews in one transaction. */
  private readonly readOverviews;
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
    this.readUnread = db.prepare<[string, number, string], number>(READS.unread).pluck();
    this.readById = db.prepare<[string, string], Row>(BY_ID);
    this.readFirst = db.prepare<[string], number>(READS.first).pluck();
    this.readHead = db.prepare<[string], Head>(READS.head);
    this.readHash = db.prepare<[string, number], string>(READS.hash).pluck();
    const readOverviews = db.transaction((read: ReadonlyMap<string, number>, reader: string) => {
      const overviews = [...read].map(([room, seq]) => [room, this.overviewOf(room, seq, reader)] as const);
      return new Map(overviews);
    });
    this.readOverviews = (read: ReadonlyMap<string, number>, reader: string) =>
      reading(() => readOverviews(read, reader));
    const readSpan = db.transaction(
      (room: string, read: (first: number, head: number) => Row[], seqs: readonly number[]) =>
        this.readSpan(room, read, seqs),
    );
    this.readInTransaction = (
      room: string,
      read: (first: number, head: number) => Row[],
      ...seqs: number[]
    ): LogSlice => reading(() => readSpan(room, read, seqs));
  }

  async append(drafts: readonly Draft[], at: Date): Promise<(AppendResult | Conflict)[]> {
    const { outcomes, hashes } = await this.writer.append(drafts.map(newRowOf), at.getTime());
    const grown = new Set<string>();
    const time = at.toISOString();
    const results = outcomes.map((outcome, i): AppendResult | Conflict => {
      if (typeof outcome === 'string') return outcome;
      if (typeof outcome === 'object') return { entry: entryOfRow(outcome, this.epoch), repeated: true };
      const draft = drafts[i]!;
      grown.add(draft.room);
      const place = { seq: outcome, hash: hashes[i]! };
      return { entry: entryOfDraft(draft, place, time, this.epoch), repeated: false };
    });
    for (const room of grown) this.listeners.forEach((ring) => ring(room));
    return results;
  }

  async rooms(): Promise<string[]> {
    return reading(() => this.readRooms.all());
  }

  async head(room: string): Promise<LogHead> {
    return this.readInTransaction(room, () => []);
  }

  async overview(read: ReadonlyMap<string, number>, reader: string): Promise<Map<string, Overview>> {
    return this.readOverviews(read, reader);
  }

  async after(room: string, seq: number, limit: number): Promise<LogSlice> {
    const read = (first: number, head: number) => {
      const from = Math.max(seq + 1, first);
      return withoutGaps(this.readAfter.all(room, seq, limit), from, Math.min(from + limit - 1, head));
    };
    return this.readInTransaction(room, read, seq);
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
    const read = () => this.readHistoryBefore.all(room, bounded(seq), limit).reverse();
    return this.readInTransaction(room, read, seq, seq - 1);
  }

  async startOfNewest(room: string, count: number): Promise<Position | undefined> {
    return reading(() => {
      const first = this.readNewestHistory.all(room, count).at(-1);
      if (first === undefined) return undefined;
      const seq = first - 1;
      // Entries never change their hashes, so two reads agree.
      return { epoch: this.epoch, seq, hash: this.hashAt(room, seq) };
    });
  }

  async find(room: string, id: string): Promise<Entry | undefined> {
    const row = reading(() => this.readById.get(room, id));
    return row && entryOfRow(row, this.epoch);
  }

  onCommit(ring: (room: string) => void): void {
    this.listeners.push(ring);
  }

  private overviewOf(room: string, read: number, reader: string): Overview {
    const { head: seq, at, hash } = this.headOf(room);
    const [newest] = this.readHistoryBefore.all(room, bounded(Infinity), 1);
    const head = { epoch: this.epoch, seq, hash };
    const unread = this.readUnread.get(room, bounded(read), reader)!;
    return { head, at, newest: newest && entryOfRow(newest, this.epoch), unread };
  }

  private headOf(room: string): Head {
    return this.readHead.get(room) ?? { head: 0, at: 0, hash: this.hashAt(room, 0)! };
  }

  /** @param seqs those whose hashes the slice must have, beside the one before its first entry. */
  private readSpan(
    room: string,
    read: (first: number, head: number) => Row[],
    seqs: readonly number[],
  ): LogSlice {
    const { head, at, hash } = this.headOf(room);
    const first = this.readFirst.get(room) ?? head + 1;
    const entries = read(first, head).map((row) => entryOfRow(row, this.epoch));
    const hashes = new Map<number, string>();
    for (const seq of new Set([...seqs, (entries[0]?.seq ?? 0) - 1])) {
      const found = seq > 0 && seq < head ? this.hashAt(room, seq) : undefined;
      if (found !== undefined) hashes.set(seq, found);
    }
    return { epoch: this.epoch, earliest: first - 1, head, at, hash, entries, hashes };
  }

  private hashAt(room: string, seq: number): string | undefined {
    return seq === 0 ? shorten(startOfChain(room).hash) : this.readHash.get(room, seq);
  }
}

function newRowOf({ room, id, visitor, username, type, body, requires }: Draft): NewRow {
  const row = [room, id, visitor, username, type, JSON.stringify(body)] as const;
  return requires ? [...row, requires] : row;
}
