import { type RunningApp, startApp } from './app';
import { placeOf } from './places';
import { createMigratedDatabase } from './postgres';
import { type Proxy, startProxy } from './proxy';

/** Several servers on one PostgreSQL database. */
export interface Nodes {
  apps: RunningApp[];
  /** The way of each server to the database, which can be cut. */
  links: Proxy[];
  close: () => Promise<void>;
}

/** Starts servers on a database of their own. @param env their environment variables. */
export async function startNodes(count: number, env: Record<string, string> = {}): Promise<Nodes> {
  const database = await createMigratedDatabase();
  const links = await Promise.all(Array.from({ length: count }, () => startProxy(database.url)));
  const start = ({ url }: Proxy) => {
    const address = Object.assign(new URL(database.url), { port: new URL(url).port });
    return startApp({ DATABASE_POOL: '4', ...env }, { database: placeOf(database, address.href) });
  };
  const apps = await Promise.all(links.map(start));
  return {
    apps,
    links,
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await Promise.all(links.map((link) => link.close()));
      await database.remove();
    },
  };
}
