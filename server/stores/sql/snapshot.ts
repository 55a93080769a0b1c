import type { SqlDatabase } from './database';

/** One committed state of a database: what others write meanwhile is not seen, and they are not held up. */
export interface Snapshot extends Pick<SqlDatabase, 'read'> {
  close(): Promise<void>;
}
