import { randomInt } from 'node:crypto';
import type { Pool } from 'pg';
import type { Bus } from '../../access/bus';
import type { PostgresSettings } from '../../config/config';
import { IMPORT_SETTING, UNFINISHED_IMPORT } from '../transfer/unfinished';
import { PostgresControl } from './control';
import { explain } from './explain';
import { ListenBus } from './listen-bus';
import { PostgresLog } from './log';
import { migrate, setting } from './migrate';
import { NatsBus } from './nats-bus';
import { createPool } from './pool';
import { PostgresDatabase } from './sql-database';
import { Transactions } from './transaction';

type ClosableBus = ListenBus | NatsBus;

/** An open database, which other processes may have open as well. */
export interface OpenedPostgres {
  log: PostgresLog;
  sql: PostgresDatabase;
  control: PostgresControl;
  bus: Bus;
  /** Checks that it answers, and can be written to. */
  ping: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Opens a PostgreSQL database, migrated to the current schema.
 * @param importing whether it is opened to import into: otherwise, one with an unfinished import is refused.
 * @throws {Error} a sentence an operator can act on, without the password.
 */
export async function openPostgres(settings: PostgresSettings, importing = false): Promise<OpenedPostgres> {
  const pool = createPool(settings);
  // Of their own: a database whose queries all wait for a lock is in reach.
  const checks = createPool({ ...settings, pool: 1 });
  let opened: ClosableBus | undefined;
  try {
    await migrate(settings.url);
    if (!importing) await refuseUnfinishedImport(pool);
    const transactions = new Transactions(pool, settings.statementTimeout);
    const epoch = await setting(pool, transactions, 'epoch', randomInt(36 ** 5).toString(36));
    const bus = (opened = await openBus(settings, pool, epoch));
    const control = new PostgresControl(pool, bus, await latestChange(pool));
    return {
      log: new PostgresLog(pool, transactions, bus, epoch, parallelRoomsOf(settings)),
      sql: new PostgresDatabase(pool, transactions, control),
      control,
      bus,
      ping: () => ping(checks),
      close: async () => {
        await control.close();
        await bus.close();
        await Promise.all([pool.end(), checks.end()]);
      },
    };
  } catch (error) {
    await opened?.close();
    await Promise.all([pool.end(), checks.end()]);
    throw explain(error, settings.url);
  }
}

/** Half of the connections, so that reads and changes always find one. */
function parallelRoomsOf({ commitsByRoom, pool }: PostgresSettings): number | undefined {
  return commitsByRoom ? Math.floor(pool / 2) : undefined;
}

async function refuseUnfinishedImport(pool: Pool): Promise<void> {
  const { rows } = await pool.query('SELECT 1 FROM settings WHERE name = $1', [IMPORT_SETTING]);
  if (rows.length > 0) throw new Error(UNFINISHED_IMPORT);
}

async function ping(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  if (rows[0]!.standby) throw new Error('it is a standby, which only reads.');
}

async function latestChange(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ value: number }>("SELECT value FROM counters WHERE name = 'changes'");
  return rows[0]!.value;
}

/** @param epoch tells the deployments that share one NATS server apart. */
async function openBus(
  { natsUrl, listenUrl }: PostgresSettings,
  pool: Pool,
  epoch: string,
): Promise<ClosableBus> {
  if (natsUrl !== undefined) return NatsBus.open(natsUrl, epoch);
  const bus = new ListenBus(listenUrl);
  await bus.open().catch((error: unknown) => {
    throw explain(error, listenUrl);
  });
  if (await bus.reaches((sql) => pool.query(sql))) return bus;
  await bus.close();
  throw new Error(
    'no notification arrives from it. If a pooler such as PgBouncer is in between, set DATABASE_LISTEN_URL to the address of the database itself, or set NATS_URL.',
  );
}
