import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../server/app';
import { readConfig } from '../../server/config/config';
import { openStores, type Stores } from '../../server/stores/open';

/** Creates a temporary folder for one test. */
export function scratch(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'parley-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A server in this process, with a free port and a database of its own. */
export interface Running {
  url: string;
  /** For tests that shorten its timeouts. */
  server: Server;
  database: string;
  /** Returns the secret of a new link that makes an owner. */
  ownersLink: () => Promise<string>;
  close: () => Promise<void>;
}

/**
 * Starts the server as `main.ts` does, without limits.
 * @param env the environment variables of the operator.
 * @param wrap returns the stores that the server uses.
 */
export async function startApp(
  env: Record<string, string> = {},
  wrap = (stores: Stores): Stores => stores,
): Promise<Running> {
  const { folder, remove } = scratch();
  const config = readConfig({ DATABASE: join(folder, 'parley.db'), LIMITS: 'off', ...env });
  const app = await createApp(config, wrap(await openStores(config.database)));
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    server: app.server,
    database: config.database,
    ownersLink: async () => (await app.ownersLink(true))!,
    close: async () => {
      await app.close();
      remove();
    },
  };
}
