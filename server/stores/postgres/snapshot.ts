import { Client } from 'pg';
import type { PostgresSettings } from '../../config/config';
import type { Value } from '../sql/database';
import type { Snapshot } from '../sql/snapshot';
import { IMPORT_SETTING, UNFINISHED_IMPORT } from '../transfer/unfinished';
import { explain } from './explain';
import { connectionConfig } from './pool';
import { MIGRATIONS } from './schema';
import { numberParameters } from './sql-database';

/** A PostgreSQL database, read in one transaction on a connection of its own, also on a standby. */
export class PostgresSnapshot implements Snapshot {
  /** @throws {Error} a sentence an operator can act on, without the password. */
  static async open({ url }: PostgresSettings): Promise<PostgresSnapshot> {
    const client = new Client(connectionConfig(url));
    // The next query fails as well.
    client.on('error', () => undefined);
    try {
      await client.connect();
      // The state is that of the first query.
      await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
        SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`);
      await checkVersion(client);
      const snapshot = new PostgresSnapshot(client);
      const marks = await snapshot.read('SELECT 1 FROM settings WHERE name = ?', IMPORT_SETTING);
      if (marks.length > 0) throw new Error(UNFINISHED_IMPORT);
      return snapshot;
    } catch (error) {
      await client.end();
      throw explain(error, url);
    }
  }

  private constructor(private readonly client: Client) {}

  async read<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return (await this.client.query(numberParameters(sql), values)).rows as Row[];
  }

  findDamage(): Promise<string[]> {
    // PostgreSQL checks its pages itself (data_checksums), and indexes with an extension of its own (amcheck).
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

async function checkVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string | null }>(
    "SELECT to_regclass('schema_version') AS name",
  );
  if (rows[0]!.name === null) throw new Error('there is no chat in it.');
  const { rows: versions } = await client.query<{ version: number }>('SELECT version FROM schema_version');
  const version = versions[0]?.version ?? 0;
  if (version > MIGRATIONS.length) throw new Error('it was written by a newer version of Parley.');
  if (version < MIGRATIONS.length)
    throw new Error('it was written by an older version of Parley. Start this version on it once.');
}
