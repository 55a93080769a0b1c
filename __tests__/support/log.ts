import { join } from 'node:path';
import { Log } from '../../server/log/log';
import { openStores, type Stores } from '../../server/stores/open';
import { createTemporaryFolder } from './temporary-folder';

/** A log on the real stores, with a database of its own. */
export interface OpenLog {
  log: Log;
  stores: Stores;
  close: () => Promise<void>;
}

/**
 * Opens a log.
 * @param capacity how many entries of each room it caches.
 * @param prepare is called when the stores are open, before there is a log.
 */
export async function openLog(
  capacity: number,
  prepare: (stores: Stores) => void = () => undefined,
): Promise<OpenLog> {
  const folder = createTemporaryFolder();
  const stores = await openStores(join(folder.path, 'parley.db'));
  prepare(stores);
  const log = new Log(stores.log, capacity);
  return {
    log,
    stores,
    close: async () => {
      await log.close();
      await stores.close();
      folder.remove();
    },
  };
}
