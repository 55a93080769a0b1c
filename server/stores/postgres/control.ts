import type { Pool } from 'pg';
import type { Bus } from '../../access/bus';
import type { Change, ControlChannel } from '../../access/control-channel';

/** How often changes are looked for, in ms: the delay of one whose hint was lost. */
const SWEEP_INTERVAL = 1_000;
/** The most changes of one read. */
const READ_MAX = 500;
/** How long changes are kept, and how often older ones are removed, in ms. */
const KEPT = 60 * 60 * 1_000;
const CLEANUP_INTERVAL = 10 * 60 * 1_000;

/** Selects the changes after `$1`, and beside each the version of the newest; one row without a change if there are none. */
const READ = `SELECT counters.value AS newest, next.version, next.change FROM counters
  LEFT JOIN LATERAL (SELECT version, change FROM changes WHERE version > $1 ORDER BY version LIMIT $2) AS next ON TRUE
  WHERE counters.name = 'changes' ORDER BY next.version`;
const CLEAN_UP = 'DELETE FROM changes WHERE at < $1';

type ChangeRow = { newest: number } & ({ version: number; change: string } | { version: null });

/**
 * The control channel of a database that several processes share. Committed changes are a log of their own: each process
 * pulls those after its cursor when it is told that there are some, and each second.
 */
export class PostgresControl implements ControlChannel {
  private readonly handlers: ((change: Change) => void | Promise<void>)[] = [];
  private readonly missedHandlers: (() => void)[] = [];
  private readonly timers: NodeJS.Timeout[];
  private pulling: Promise<void> | undefined;
  private isRequested = false;

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
    while (this.cursor < version) await this.pull();
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
    return (this.pulling ??= this.pullAll().finally(() => (this.pulling = undefined)));
  }

  private async pullAll(): Promise<void> {
    while (this.isRequested) {
      this.isRequested = false;
      const { rows } = await this.pool.query<ChangeRow>(READ, [this.cursor, READ_MAX]);
      const { newest } = rows[0]!;
      if (newest > this.cursor && rows[0]!.version !== this.cursor + 1)
        this.skipTo(rows[0]!.version ?? newest + 1);
      for (const row of rows) {
        if (row.version === null) break;
        await this.apply(JSON.parse(row.change) as Change);
        this.cursor = row.version;
      }
      if (this.cursor < newest) this.isRequested = true;
    }
  }

  /** Skips the changes before a version: they are removed already. */
  private skipTo(version: number): void {
    this.missedHandlers.forEach((handle) => handle());
    this.cursor = version - 1;
  }

  private async apply(change: Change): Promise<void> {
    await Promise.all(this.handlers.map(async (handle) => handle(change)));
  }

  private async cleanUp(): Promise<void> {
    await this.pool.query(CLEAN_UP, [Date.now() - KEPT]).catch(() => undefined);
  }
}
