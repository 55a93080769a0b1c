import { join } from 'node:path';
import type { PostgresSettings } from '../../server/config/config';
import { openStores, type Stores } from '../../server/stores/open';
import { createTemporaryFolder } from './temporary-folder';
import { delayed } from './delayed-stores';
import { createMigratedDatabase } from './postgres';
import { hasPostgres } from './postgres-programs';

/** An empty database of a test. */
export interface Backend {
  /** Opens its stores, once they are closed: again and again, as each start of the server does. */
  open: () => Promise<Stores>;
  /** Removes it, once its stores are closed. */
  remove: () => void | Promise<void>;
}

/** Creates a database of each kind that Parley can use. All pass one contract. */
export const BACKENDS: Record<string, () => Backend> = {
  SQLite: () => {
    const { path, remove } = createTemporaryFolder();
    return { open: () => openStores(join(path, 'data', 'parley.db')), remove };
  },
  ...(hasPostgres && {
    PostgreSQL: () => {
      const database = createMigratedDatabase();
      return {
        open: async () => openStores(settingsOf((await database).url)),
        remove: async () => (await database).remove(),
      };
    },
  }),
};

/** Returns the settings of a PostgreSQL database. */
export function settingsOf(url: string, more: Partial<PostgresSettings> = {}): PostgresSettings {
  const defaults = { pool: 4, commitsByRoom: false, statementTimeout: 10_000, natsUrl: undefined };
  return { url, listenUrl: url, ...defaults, ...more };
}

/** Returns a backend whose stores answer late and out of order; see {@link delayed}. */
export function delayedBackend({ open, remove }: Backend, seed: number): Backend {
  return { open: async () => delayed(await open(), seed), remove };
}

/**
 * Returns all kinds of databases with their names, each also with stores that answer late and out of order.
 * @param seed see {@link delayed}.
 */
export function variantsOf(seed: number): [string, () => Backend][] {
  return Object.entries(BACKENDS).flatMap(([name, create]): [string, () => Backend][] => [
    [name, create],
    [`${name}, late and out of order`, () => delayedBackend(create(), seed)],
  ]);
}
