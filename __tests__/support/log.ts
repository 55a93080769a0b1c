import { Log } from '../../server/log/log';
import type { Stores } from '../../server/stores/open';
import { createPlace } from './places';

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
  const place = await createPlace();
  const stores = await place.open();
  prepare(stores);
  const log = new Log(stores.log, capacity);
  return {
    log,
    stores,
    close: async () => {
      await log.close();
      await stores.close();
      await place.remove();
    },
  };
}
