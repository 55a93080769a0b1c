import { join } from 'node:path';
import { openStores, type Stores } from '../../server/stores/open';
import { createTemporaryFolder } from './app';
import { delayed } from './delayed-stores';

/** An empty database of a test. */
export interface Backend {
  /** Opens its stores, once they are closed: again and again, as each start of the server does. */
  open: () => Promise<Stores>;
  /** Removes it, once its stores are closed. */
  remove: () => void;
}

/** Creates a database of each kind that Parley can use. All pass one contract. */
export const BACKENDS: Record<string, () => Backend> = {
  SQLite: () => {
    const { path, remove } = createTemporaryFolder();
    return { open: () => openStores(join(path, 'data', 'parley.db')), remove };
  },
};

/** Returns a backend whose stores answer late and out of order; see {@link delayed}. */
export function delayedBackend({ open, remove }: Backend, seed: number): Backend {
  return { open: async () => delayed(await open(), seed), remove };
}
