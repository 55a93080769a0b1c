import type { Pool } from 'pg';
import type { Bus } from '../../access/bus';
import type { Change, ControlChannel } from '../../access/control-channel';
import { query } from './query';

/** How often changes are looked for, in ms: the delay of one whose hint was lost. */
const SWEEP_INTERVAL = 500;
/** The most changes of one read. */
const READ_MAX = 500;
/** How long changes are kept, and how often older ones are removed, in ms. */
const KEPT = 60 * 60 * 1_000;
const CLEANUP_INTERVAL = 10 * 60 * 1_000;

/**
 * Selects the changes from `$1` on, and beside each the version of the newest; one row without a change if there are none.
 */
const READ = `SELECT counters.value AS newest, next.version, next.change, next.at FROM counters
  LEFT JOIN LATERAL (SELECT version, change, at FROM changes WHERE version >= $1 ORDER BY version LIMIT $2) AS next ON TRUE
  WHERE counters.name = 'changes' ORDER BY next.version`;
/** The newest is kept: by it, processes notice that the database has lost some. */
const CLEAN_UP = 'DELETE FROM changes WHERE at < $1 AND version < (SELECT max(version) FROM changes)';

interface ChangeRow {
  version: number;
  /** JSON. */
  change: string;
  at: number;
}
type FoundRow = { newest: number } & (ChangeRow | { version: null });

/**
 * The control channel of a database that several processes share. Committed changes are a log of their own: each process
 * pulls those after its cursor when it is told that there are some, and twice a second.
 */
export class PostgresControl implements ControlChannel {
  private readonly handlers: ((change: Change) => void | Promise<void>)[] = [];
  private readonly missedHandlers: (() => void)[] = [];
  private readonly timers: NodeJS.Timeout[];
  private pulling: Promise<void> | undefined;
  private isRequested = false;
  /** The change at the cursor, once it was read: a database that has failed over may have another one there. */
  private last: ChangeRow | undefined;

  /** @param cursor the version of the last change that this process need not apply. */
  constructor(
    private readonly pool: Pool,
    private readonly bus: Bus,
    private cursor: number,
  ) {
    bus.subscribe('changes', () => this.request());
    bus.onGap(() => this.request());
    this.timers = [
      setInterval(() => this.request(), SWEEP_INTERVAL).unref(),
      setInterval(() => void this.cleanUp(), CLEANUP_INTERVAL).unref(),
    ];
    void this.cleanUp();
  }

  onChange(handle: (change: Change) => void | Promise<void>): void {
    this.handlers.push(handle);
  }

  onMissed(handle: () => void): void {
    this.missedHandlers.push(handle);
  }

  /** Tells other processes of a committed change. @returns when this one has applied it, and all before it. */
  async announce(version: number): Promise<void> {
    this.bus.publish('changes', String(version));
    await this.pull();
  }

  /** Looks for changes: a commit whose outcome is unknown may have made one. */
  request(): void {
    // If it fails, the next one finds them.
    this.pull().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    await this.pulling?.catch(() => undefined);
  }

  /** Applies the changes after the cursor, in order. @returns when those are applied that were committed before the call. */
  private pull(): Promise<void> {
    this.isRequested = true;
    return (this.pulling ??= this.pullAll());
  }

  private async pullAll(): Promise<void> {
    try {
      while (this.isRequested) {
        this.isRequested = false;
        if (await this.pullSome()) this.isRequested = true;
      }
    } finally {
      // In the turn of the last look at the request.
      this.pulling = undefined;
    }
  }

  /** @returns whether there are more. */
  private async pullSome(): Promise<boolean> {
    const rows = await query<FoundRow>(this.pool, { text: READ, values: [this.cursor, READ_MAX] });
    const { newest } = rows[0]!;
    // It was restored or has failed over, and lacks changes that this process has applied.
    if (newest < this.cursor) this.skipTo(newest);
    for (const row of rows) if (row.version !== null) await this.accept(row);
    if (rows.length === READ_MAX) return this.cursor < newest;
    // The newest are removed.
    if (this.cursor < newest) this.skipTo(newest);
    return false;
  }

  private async accept(row: ChangeRow): Promise<void> {
    const { version, change, at } = row;
    if (version === this.cursor) {
      if (this.last && (this.last.change !== change || this.last.at !== at)) this.skipTo(version);
    } else {
      if (version !== this.cursor + 1) this.skipTo(version - 1);
      await this.apply(JSON.parse(change) as Change);
    }
    this.cursor = version;
    this.last = row;
  }

  /** Goes on after a version: what this process has applied is not all that there was up to it. */
  private skipTo(version: number): void {
    this.missedHandlers.forEach((handle) => handle());
    this.cursor = version;
    this.last = undefined;
  }

  private async apply(change: Change): Promise<void> {
    await Promise.all(this.handlers.map(async (handle) => handle(change)));
  }

  private async cleanUp(): Promise<void> {
    await this.pool.query(CLEAN_UP, [Date.now() - KEPT]).catch(() => undefined);
  }
}
