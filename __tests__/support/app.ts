import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createOwnersLink } from '../../server/accounts/invitations';
import { createApp } from '../../server/app';
import { readConfig } from '../../server/config/config';
import { openStores, type Stores } from '../../server/stores/open';
import { createPlace, type Place } from './places';

/** A server in this process, on a free port. */
export interface RunningApp {
  url: string;
  /** The HTTP server, for tests that change its timeouts. */
  server: Server;
  database: Place;
  /** Returns the secret of a new invitation to be an owner. */
  createOwnerInvitation: () => Promise<string>;
  close: () => Promise<void>;
}

/**
 * Starts a server as `main.ts` does, by default without rate limits.
 * @param env its environment variables.
 * @param options.database where its data is, if it outlives the server: by default in a database of its own.
 * @param options.wrap returns the stores that the server uses.
 */
export async function startApp(
  env: Record<string, string> = {},
  { database, wrap = (stores) => stores }: { database?: Place; wrap?: (stores: Stores) => Stores } = {},
): Promise<RunningApp> {
  const place = database ?? (await createPlace());
  const config = readConfig({ ...place.settings, LIMITS: 'off', ...env });
  const stores = wrap(await openStores(config.database));
  const app = await createApp(config, stores);
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    server: app.server,
    database: place,
    createOwnerInvitation: async () => (await createOwnersLink(stores.invitations, true))!,
    close: async () => {
      await app.close();
      if (!database) await place.remove();
    },
  };
}
