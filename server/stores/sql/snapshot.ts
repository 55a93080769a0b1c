import type { SqlDatabase } from './database';

/** One committed state of a database: what others write meanwhile is not seen, and they are not held up. */
export interface Snapshot extends Pick<SqlDatabase, 'read'> {
  /**
   * Checks how the rows are stored, as far as that can be seen: whether pages are intact, and the indexes have what the
   * tables have.
   * @returns a description of each of the first things that are wrong.
   */
  findDamage(): Promise<string[]>;
  close(): Promise<void>;
}
