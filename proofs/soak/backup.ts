import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { PostgresAccess } from './database';

/** An entry that a backup lacks. */
export interface LostEntry {
  seq: number;
  id: string;
  cursor: string;
}

/** What a restore means for a room. */
export interface RestoredRoom {
  room: string;
  /** What the backup ends with. */
  head: { seq: number; cursor: string };
  /** What the database had after it, in order. */
  lost: readonly LostEntry[];
}

interface EntryRow {
  room: string;
  seq: number;
  id: string;
  cursor: string;
}

const CURSOR = `(SELECT value FROM settings WHERE name = 'epoch') || ':' || seq || ':' || left(encode(hash, 'hex'), 12)`;
/** Entries as the harness compares them. */
const ENTRIES = `SELECT room, seq::int, id, ${CURSOR} AS cursor FROM entries`;

/** Copies the database, which the nodes can't reach in the meantime: the state of a backup, or of a standby that lags. */
export async function backUp(postgres: PostgresAccess): Promise<void> {
  const { name } = postgres.database;
  await whileUnreachable(postgres, (run) => run(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`));
}

/**
 * Puts the copy of {@link backUp} in the place of the database, which the nodes can't reach in the meantime.
 * @param onRestore receives what is lost in each room, before any node can read the copy.
 */
export async function restore(
  postgres: PostgresAccess,
  onRestore: (rooms: readonly RestoredRoom[]) => void = () => undefined,
): Promise<void> {
  const { name } = postgres.database;
  await whileUnreachable(postgres, async (run) => {
    onRestore(await compare(postgres));
    await run(`DROP DATABASE ${name} WITH (FORCE)`);
    await disconnect(run, `${name}_backup`);
    await run(`ALTER DATABASE ${name}_backup RENAME TO ${name}`);
  });
}

/** Removes the copy of {@link backUp}. */
export async function discardBackup({ database }: PostgresAccess): Promise<void> {
  await withClient(database.server.urlOf('postgres'), (run) =>
    run(`DROP DATABASE ${database.name}_backup WITH (FORCE)`),
  );
}

/** Returns what the database has and the copy lacks. */
async function compare({ database }: PostgresAccess): Promise<RestoredRoom[]> {
  const heads = await withClient(database.server.urlOf(`${database.name}_backup`), (run) =>
    run<EntryRow>(`${ENTRIES} WHERE (room, seq) IN (SELECT name, head FROM rooms)`),
  );
  return withClient(database.url, async (run) => {
    const rooms = await run<{ name: string }>('SELECT name FROM rooms');
    return Promise.all(
      rooms.map(async ({ name: room }) => {
        const head = heads.find((row) => row.room === room) ?? { seq: 0, cursor: '' };
        return {
          room,
          head,
          lost: await run<EntryRow>(`${ENTRIES} WHERE room = $1 AND seq > $2 ORDER BY seq`, room, head.seq),
        };
      }),
    );
  });
}

type Run = <Row = unknown>(sql: string, ...values: unknown[]) => Promise<Row[]>;

/** Runs a function while no node can reach the database, and none is connected to it any more. */
async function whileUnreachable(
  { database, queries, listens }: PostgresAccess,
  inject: (run: Run) => Promise<unknown>,
): Promise<void> {
  const ways = [...queries, ...listens];
  ways.forEach((way) => way.disable());
  try {
    await withClient(database.server.urlOf('postgres'), async (run) => {
      await disconnect(run, database.name);
      await inject(run);
    });
  } finally {
    ways.forEach((way) => way.enable());
  }
}

/** Ends all connections to a database, and waits until they are gone: a transaction in flight commits, or never does. */
async function disconnect(run: Run, name: string): Promise<void> {
  const end = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
  while ((await run(end, name)).length > 0) await pause(10);
}

async function withClient<T>(url: string, use: (run: Run) => Promise<T>): Promise<T> {
  const client = new Client(url);
  await client.connect();
  try {
    return await use(
      async <Row>(sql: string, ...values: unknown[]) => (await client.query(sql, values)).rows as Row[],
    );
  } finally {
    await client.end();
  }
}
