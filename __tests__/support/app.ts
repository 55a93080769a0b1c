import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { createOwnersLink } from '../../server/accounts/invitations';
import { createApp } from '../../server/app';
import { readConfig, type SqliteSettings } from '../../server/config/config';
import { openStores, type Stores } from '../../server/stores/open';
import { createTemporaryFolder } from './temporary-folder';

/** A server in this process, on a free port and with a database of its own. */
export interface RunningApp {
  url: string;
  /** The HTTP server, for tests that change its timeouts. */
  server: Server;
  /** The SQLite file. */
  database: string;
  /** Returns the secret of a new invitation to be an owner. */
  createOwnerInvitation: () => Promise<string>;
  close: () => Promise<void>;
}

/**
 * Starts a server as `main.ts` does, by default without rate limits.
 * @param env its environment variables.
 * @param wrap returns the stores that the server uses.
 */
export async function startApp(
  env: Record<string, string> = {},
  wrap = (stores: Stores): Stores => stores,
): Promise<RunningApp> {
  const folder = createTemporaryFolder();
  const config = readConfig({ DATABASE: join(folder.path, 'parley.db'), LIMITS: 'off', ...env });
  const stores = wrap(await openStores(config.database));
  const app = await createApp(config, stores);
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    server: app.server,
    database: (config.database as SqliteSettings).file,
    createOwnerInvitation: async () => (await createOwnersLink(stores.invitations, true))!,
    close: async () => {
      await app.close();
      folder.remove();
    },
  };
}
