import type { Pool } from 'pg';
import type { Bus } from '../../access/bus';
import { SHORT_HASH_DIGITS, shorten, startOfChain } from '../../log/chain';
import type { Position } from '../../log/cursor';
import { cut } from '../../log/slice';
import { UNREAD_MAX } from '../../log/store';
import type {
  AppendResult,
  Conflict,
  Draft,
  HeadMark,
  LogHead,
  LogSlice,
  Overview,
  Store,
} from '../../log/store';
import type { Entry } from '../../wire';
import { bounded, entryOfDraft, entryOfRow, withoutGaps, type Row } from '../stored-entry';
import { Batch, type Outcome } from './append';
import { foundIn, readsOf, writesOf } from './append-queries';
import { query } from './query';
import type { Transactions } from './transaction';

/** Selects the digits of a hash that a cursor carries. */
const SHORT_HASH = `left(encode(hash, 'hex'), ${SHORT_HASH_DIGITS})`;
const COLUMNS = `room, seq, type, id, visitor, username, body, at, ${SHORT_HASH} AS hash`;

/** The hash at a seq, as far as a cursor carries it. */
const hashAt = (seq: string): string =>
  `(SELECT ${SHORT_HASH} FROM entries WHERE room = $1 AND seq = ${seq})`;

/**
 * Selects the state of the log of the room `$1`, and the entries of a query beside it: one statement, so one snapshot.
 * @param at the seq that was asked for, whose hash and the one before it are selected as well.
 */
const slice = (entries: string, at?: string): string =>
  `SELECT state.*, entry.* FROM (
     SELECT coalesce((SELECT head FROM rooms WHERE name = $1), 0) AS head,
       coalesce((SELECT at FROM rooms WHERE name = $1), 0) AS "headAt",
       (SELECT ${SHORT_HASH} FROM rooms WHERE name = $1) AS "headHash",
       (SELECT seq FROM entries WHERE room = $1 ORDER BY seq LIMIT 1) AS first,
       ${at ? hashAt(at) : 'NULL'} AS "hashAt", ${at ? hashAt(`${at} - 1`) : 'NULL'} AS "hashBefore") AS state
   LEFT JOIN LATERAL (${entries}) AS entry ON TRUE ORDER BY entry.seq`;

/** The queries of history. Each uses an index, so its cost does not depend on the log's length. */
export const READS = {
  rooms: 'SELECT name FROM rooms WHERE head > 0 ORDER BY name',
  head: slice(`SELECT ${COLUMNS} FROM entries WHERE FALSE`),
  after: slice(`SELECT ${COLUMNS} FROM entries WHERE room = $1 AND seq > $2 ORDER BY seq LIMIT $3`, '$2'),
  before: slice(`SELECT ${COLUMNS} FROM entries WHERE room = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`),
  historyBefore: slice(
    `SELECT ${COLUMNS} FROM entries
     WHERE room = $1 AND seq < $2 AND in_history = 1 ORDER BY seq DESC LIMIT $3`,
    '$2',
  ),
  newestHistory: `SELECT seq, ${hashAt('newest.seq - 1')} AS "hashBefore" FROM (
    SELECT seq FROM entries WHERE room = $1 AND in_history = 1 ORDER BY seq DESC LIMIT $2) AS newest ORDER BY seq LIMIT 1`,
  heads: `SELECT name, head, ${SHORT_HASH} AS hash FROM rooms WHERE name = ANY($1)`,
  overview: `SELECT wanted.name, rooms.head, rooms.at AS "headAt", left(encode(rooms.hash, 'hex'), ${SHORT_HASH_DIGITS}) AS "headHash",
      unread.count AS unread, newest.*
    FROM unnest($1::text[], $2::bigint[]) AS wanted (name, read)
    LEFT JOIN rooms ON rooms.name = wanted.name
    LEFT JOIN LATERAL (
      SELECT count(*) FROM (
        SELECT visitor FROM entries WHERE room = wanted.name AND seq > wanted.read AND in_history = 1
        ORDER BY seq DESC LIMIT ${UNREAD_MAX}) AS unread WHERE visitor <> $3) AS unread ON TRUE
    LEFT JOIN LATERAL (
      SELECT ${COLUMNS} FROM entries WHERE room = wanted.name AND in_history = 1 ORDER BY seq DESC LIMIT 1) AS newest ON TRUE`,
  byId: `SELECT ${COLUMNS} FROM entries WHERE room = $1 AND id = $2`,
} as const;

/** A row of a slice: the state of the log and an entry, if there is one. */
type SliceRow = {
  head: number;
  headAt: number;
  headHash: string | null;
  first: number | null;
  hashAt: string | null;
  hashBefore: string | null;
} & (Row | { seq: null });

/** A row of an overview: a room, and its newest entry of history, if there is one. */
type OverviewRow = { name: string; unread: number } & (
  { head: number; headAt: number; headHash: string } | { head: null }
) &
  (Row | { seq: null });

/** The log in PostgreSQL, which several processes may share. */
export class PostgresLog implements Store {
  private readonly listeners: ((room: string) => void)[] = [];

  /** @param epoch the name of this database's history. */
  constructor(
    private readonly pool: Pool,
    private readonly transactions: Transactions,
    private readonly bus: Bus,
    private readonly epoch: string,
    readonly parallelRooms: number | undefined,
  ) {
    bus.subscribe('log', (room) => this.ring(room));
  }

  async append(drafts: readonly Draft[], at: Date): Promise<(AppendResult | Conflict)[]> {
    // If the outcome is unknown, all of them may have grown.
    let grown = new Set(drafts.map(({ room }) => room));
    try {
      const batch = await this.commit(drafts, at.getTime());
      ({ grown } = batch);
      return batch.outcomes.map((outcome, i) => this.resultOf(outcome, drafts[i]!, at));
    } finally {
      for (const room of grown) {
        this.ring(room);
        this.bus.publish('log', room);
      }
    }
  }

  async rooms(): Promise<string[]> {
    const rows = await this.query<{ name: string }>(READS.rooms);
    return rows.map(({ name }) => name);
  }

  async head(room: string): Promise<LogHead> {
    return (await this.read(READS.head, room)).slice;
  }

  async heads(rooms: readonly string[]): Promise<Map<string, HeadMark>> {
    const rows = await this.query<{ name: string; head: number; hash: string }>(READS.heads, rooms);
    const heads = new Map(rows.map(({ name, ...mark }) => [name, mark]));
    const markOf = (room: string) => heads.get(room) ?? { head: 0, hash: shorten(startOfChain(room).hash) };
    return new Map(rooms.map((room) => [room, { epoch: this.epoch, ...markOf(room) }]));
  }

  async overview(read: ReadonlyMap<string, number>, reader: string): Promise<Map<string, Overview>> {
    const seqs = [...read.values()].map(bounded);
    const rows = await this.query<OverviewRow>(READS.overview, [...read.keys()], seqs, reader);
    return new Map(rows.map((row) => [row.name, this.overviewOf(row)]));
  }

  async after(room: string, seq: number, limit: number): Promise<LogSlice> {
    const { slice, first } = await this.read(READS.after, room, seq, seq, limit);
    const from = Math.max(seq + 1, first);
    withoutGaps(slice.entries, from, Math.min(from + limit - 1, slice.head));
    return slice;
  }

  async before(room: string, seq: number, limit: number): Promise<LogSlice> {
    const end = bounded(seq);
    // One more, for the hash before the first.
    const { slice, first } = await this.read(READS.before, room, undefined, end, limit + 1);
    const to = Math.min(end - 1, slice.head);
    const wanted = cut(room, slice, Math.max(0, slice.entries.length - limit));
    withoutGaps(wanted.entries, Math.max(to - limit + 1, first), to);
    return wanted;
  }

  async historyBefore(room: string, seq: number, limit: number): Promise<LogSlice> {
    return (await this.read(READS.historyBefore, room, seq, bounded(seq), limit)).slice;
  }

  async startOfNewest(room: string, count: number): Promise<Position | undefined> {
    type First = { seq: number; hashBefore: string | null };
    const [first] = await this.query<First>(READS.newestHistory, room, count);
    if (!first) return undefined;
    const start = shorten(startOfChain(room).hash);
    const hash = first.seq === 1 ? start : (first.hashBefore ?? undefined);
    return { epoch: this.epoch, seq: first.seq - 1, hash };
  }

  async find(room: string, id: string): Promise<Entry | undefined> {
    const [row] = await this.query<Row>(READS.byId, room, id);
    return row && entryOfRow(row, this.epoch);
  }

  onCommit(ring: (room: string) => void): void {
    this.listeners.push(ring);
  }

  private commit(drafts: readonly Draft[], at: number): Promise<Batch> {
    return this.transactions.run(readsOf(drafts), (results) => {
      const batch = new Batch(foundIn(results), drafts, at);
      return { result: batch, writes: writesOf(batch, at) };
    });
  }

  private overviewOf(row: OverviewRow): Overview {
    if (!row.head) {
      const hash = shorten(startOfChain(row.name).hash);
      return { head: { epoch: this.epoch, seq: 0, hash }, at: 0, unread: 0 };
    }
    const head = { epoch: this.epoch, seq: row.head, hash: row.headHash };
    const newest = row.seq === null ? undefined : entryOfRow(row, this.epoch);
    return { head, at: row.headAt, newest, unread: row.unread };
  }

  private ring(room: string): void {
    this.listeners.forEach((ring) => ring(room));
  }

  /**
   * Reads entries and the state of their log; also the seq of the first one that is kept.
   * @param seq the one that was asked for, if the query selects its hash.
   */
  private async read(
    sql: string,
    room: string,
    seq?: number,
    ...values: unknown[]
  ): Promise<{ slice: LogSlice; first: number }> {
    const rows = await this.query<SliceRow>(sql, room, ...values);
    const { head, headAt: at, headHash, first: oldest, hashAt, hashBefore } = rows[0]!;
    const first = oldest ?? head + 1;
    const entries = rows.flatMap((row) => (row.seq === null ? [] : [entryOfRow(row, this.epoch)]));
    const hash = head === 0 ? shorten(startOfChain(room).hash) : headHash!;
    const hashes = new Map<number, string>();
    if (seq !== undefined && hashAt !== null) hashes.set(seq, hashAt);
    if (seq !== undefined && hashBefore !== null) hashes.set(seq - 1, hashBefore);
    return { slice: { epoch: this.epoch, earliest: first - 1, head, at, hash, entries, hashes }, first };
  }

  private query<Row>(text: string, ...values: unknown[]): Promise<Row[]> {
    return query<Row>(this.pool, { text, values });
  }

  private resultOf(outcome: Outcome, draft: Draft, at: Date): AppendResult | Conflict {
    if (typeof outcome === 'string') return outcome;
    if ('known' in outcome) {
      const row = { ...outcome.known, hash: shorten(outcome.known.hash) };
      return { entry: entryOfRow(row, this.epoch), repeated: true };
    }
    const entry = entryOfDraft(draft, outcome.added, at.toISOString(), this.epoch);
    return { entry, repeated: false };
  }
}
